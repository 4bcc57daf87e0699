package dev.waystate.server.properties;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Refuses properties of Waystate that would not do what they say, before any other part of the server is made. A
 * property that is misspelt, or of another version, would silently do nothing. Environment variables are not checked
 * for that, since an orchestrator sets some that begin with a service's name. A time without a unit would count as
 * milliseconds. Of the HTTP ports, Spring Boot does not name one that cannot be.
 */
@Component
class PropertyCheck implements BeanFactoryPostProcessor {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("waystate");
    private static final String METADATA = "classpath*:META-INF/spring-configuration-metadata.json";
    private static final List<String> HTTP_PORTS = List.of("server.port", "management.server.port");
    private static final int HIGHEST_PORT = 65_535;
    private static final int NO_PORT = -1;
    private static final String TIME = "java.time.Duration";

    /** Zero is the same in all units. */
    private static final Pattern WITHOUT_UNIT = Pattern.compile("\\s*[+-]?0*[1-9]\\d*\\s*");

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        Environment environment = beans.getBean(Environment.class);
        Map<ConfigurationPropertyName, String> types = types();
        StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(source -> !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource))
                .flatMap(PropertyCheck::properties)
                .filter(property -> PREFIX.isAncestorOf(property.getName()))
                .forEach(property -> checkKnown(property, types));
        types.forEach((name, type) -> {
            if (type.equals(TIME)) {
                Binder.get(environment).bind(name.toString(), String.class).ifBound(value -> checkUnit(name, value));
            }
        });
        HTTP_PORTS.forEach(
                name -> Binder.get(environment).bind(name, Integer.class).ifBound(port -> checkPort(name, port)));
    }

    private static Stream<ConfigurationProperty> properties(ConfigurationPropertySource source) {
        return source instanceof IterableConfigurationPropertySource iterable
                ? iterable.stream().map(iterable::getConfigurationProperty)
                : Stream.empty();
    }

    private static void checkKnown(ConfigurationProperty property, Map<ConfigurationPropertyName, String> known) {
        ConfigurationPropertyName name = property.getName();
        if (known.keySet().stream().anyMatch(it -> it.equals(name) || it.isAncestorOf(name))) {
            return;
        }
        if (known.keySet().stream().noneMatch(name::isAncestorOf)) {
            throw new InvalidPropertyException(
                    name.toString(), "expected a property of Waystate, but there is none of this name");
        }
        if (!property.getValue().toString().isEmpty()) { // empty is a section of a file without content
            throw new InvalidPropertyException(
                    name.toString(), "expected properties below it, but found the value " + property.getValue());
        }
    }

    private static void checkUnit(ConfigurationPropertyName name, String value) {
        if (WITHOUT_UNIT.matcher(value).matches()) {
            throw new InvalidPropertyException(
                    name.toString(),
                    "expected a time with its unit, such as 500ms, 10s, 5m, 12h or 30d, but found " + value.strip());
        }
    }

    private static void checkPort(String name, int port) {
        if (port < NO_PORT || port > HIGHEST_PORT) {
            throw new InvalidPropertyException(
                    name,
                    "expected a port from 0, for any, to " + HIGHEST_PORT + ", or " + NO_PORT + " for none, but found "
                            + port);
        }
    }

    /** Returns the properties of Waystate, each with its type. */
    private static Map<ConfigurationPropertyName, String> types() {
        Map<ConfigurationPropertyName, String> types = new TreeMap<>();
        try {
            for (Resource file : new PathMatchingResourcePatternResolver().getResources(METADATA)) {
                try (InputStream json = file.getInputStream()) {
                    JsonMapper.shared()
                            .readTree(json)
                            .get("properties")
                            .values()
                            .forEach(property -> {
                                String name = property.get("name").asString();
                                if (name.startsWith(PREFIX + ".")) {
                                    types.put(
                                            ConfigurationPropertyName.of(name),
                                            property.get("type").asString());
                                }
                            });
                }
            }
        } catch (IOException unreadable) {
            throw new IllegalStateException("Cannot read the list of properties", unreadable);
        }
        return types;
    }
}
