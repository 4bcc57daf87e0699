package dev.waystate.security.tls;

import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * The files of an SSL bundle, by the keys of their properties: an error that quotes a property would show the private
 * key itself where that was meant to stand there and lacks its marks.
 */
final class BundleFiles {

    private static final List<String> FILES = List.of(".certificate", ".private-key", ".location");

    private final Environment environment;
    private final ResourceLoader resources;
    private final String bundle;

    /** @param bundle the key that those of the bundle's properties begin with */
    BundleFiles(Environment environment, ResourceLoader resources, String bundle) {
        this.environment = environment;
        this.resources = resources;
        this.bundle = bundle;
    }

    /** Returns the keys of those properties whose values are neither PEM nor files that can be read. */
    List<String> unreadable() {
        return Binder.get(environment)
                .bind(bundle, Bindable.mapOf(String.class, String.class))
                .orElseGet(Map::of)
                .entrySet()
                .stream()
                .filter(property -> FILES.stream().anyMatch(property.getKey()::endsWith))
                .filter(property -> !isReadable(property.getValue()))
                .map(property -> bundle + "." + property.getKey())
                .sorted()
                .toList();
    }

    private boolean isReadable(String location) {
        return PemContent.isPresentInText(location)
                || resources.getResource(location).isReadable();
    }
}
