package dev.waystate.server.properties;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Refuses properties of ours that do not exist: one that is misspelt, or of another version, would do nothing without a
 * word. Environment variables are left alone, since an orchestrator sets some that begin with a service's name.
 */
@Component
class UnknownProperties {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("waystate");
    private static final String METADATA = "classpath*:META-INF/spring-configuration-metadata.json";

    UnknownProperties(Environment environment) throws IOException {
        List<ConfigurationPropertyName> known = known();
        StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(source -> !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource))
                .flatMap(UnknownProperties::names)
                .filter(PREFIX::isAncestorOf)
                .filter(name -> known.stream().noneMatch(it -> it.equals(name) || it.isAncestorOf(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw new InvalidPropertyException(
                            name.toString(), "expected a property of Waystate, but there is none of this name");
                });
    }

    private static Stream<ConfigurationPropertyName> names(ConfigurationPropertySource source) {
        return source instanceof IterableConfigurationPropertySource iterable ? iterable.stream() : Stream.empty();
    }

    private static List<ConfigurationPropertyName> known() throws IOException {
        Resource[] files = new PathMatchingResourcePatternResolver().getResources(METADATA);
        return Stream.of(files)
                .map(UnknownProperties::properties)
                .flatMap(Collection::stream)
                .filter(name -> name.startsWith(PREFIX + "."))
                .map(ConfigurationPropertyName::of)
                .toList();
    }

    private static Collection<String> properties(Resource file) {
        try (InputStream json = file.getInputStream()) {
            return JsonMapper.shared().readTree(json).get("properties").values().stream()
                    .map((JsonNode property) -> property.get("name").asString())
                    .toList();
        } catch (IOException unreadable) {
            throw new IllegalStateException("Cannot read " + file, unreadable);
        }
    }
}
