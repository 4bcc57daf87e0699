package dev.waystate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration metadata of the class path: ours, Spring Boot's, and the starter's. */
final class Properties {

    private static final String METADATA = "classpath*:META-INF/spring-configuration-metadata.json";

    private static final Set<String> NUMBERS = Set.of(
            "java.lang.Integer", "java.lang.Long", "java.time.Duration", "org.springframework.util.unit.DataSize");

    private final LocalValidatorFactoryBean validator = new LocalValidatorFactoryBean();
    private final List<JsonNode> properties = new ArrayList<>();
    private final List<JsonNode> groups = new ArrayList<>();

    private Properties() throws IOException {
        validator.afterPropertiesSet();
        for (Resource file : new PathMatchingResourcePatternResolver().getResources(METADATA)) {
            JsonNode metadata = JsonMapper.builder().build().readTree(file.getInputStream());
            metadata.path("properties").forEach(properties::add);
            metadata.path("groups").forEach(group -> {
                if (ConfigurationPropertyName.isValid(name(group)) && !group.has("sourceMethod")) {
                    groups.add(group);
                }
            });
        }
    }

    static Properties ofTheClassPath() {
        try {
            return new Properties();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns our properties with their defaults, by name. */
    Map<String, String> ours() {
        Map<String, String> ours = new TreeMap<>();
        for (JsonNode property : properties) {
            if (name(property).startsWith("waystate.")) {
                ours.put(name(property), property.path("defaultValue").asString(""));
            }
        }
        return ours;
    }

    List<JsonNode> oursAsDeclared() {
        return properties.stream()
                .filter(property -> name(property).startsWith("waystate."))
                .toList();
    }

    /** Tells whether a value of one of our properties is taken, by its class and the constraints on it. */
    boolean takes(String name, String value) {
        ConfigurationPropertyName property = ConfigurationPropertyName.of(name);
        try {
            new Binder(new MapConfigurationPropertySource(Map.of(name, value)))
                    .bind(
                            property.getParent(),
                            Bindable.of(Class.forName(
                                    declared(name).get("sourceType").asString())),
                            new ValidationBindHandler(validator));
            return true;
        } catch (BindException refused) {
            return false;
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }

    /** Tells whether a property is a number, a size or a time. */
    boolean isNumber(String name) {
        return name.startsWith("waystate.")
                && NUMBERS.contains(declared(name).path("type").asString(""));
    }

    private JsonNode declared(String name) {
        return properties.stream()
                .filter(property -> name(property).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Tells whether there is a property of this name, also one in a map; or, with {@code .*} at the end, any below. */
    boolean has(String name) {
        if (name.endsWith(".*")) {
            String prefix = name.substring(0, name.length() - 1);
            return has(prefix.substring(0, prefix.length() - 1))
                    || properties.stream().anyMatch(property -> name(property).startsWith(prefix));
        }
        return properties.stream()
                .anyMatch(property -> name(property).equals(name)
                        || property.path("type").asString("").startsWith("java.util.Map")
                                && name.startsWith(name(property) + "."));
    }

    /**
     * Returns the keys of a YAML document that no class of properties takes.
     *
     * @throws org.springframework.boot.context.properties.bind.BindException if a value is wrong
     */
    Set<ConfigurationPropertyName> unknownKeys(String yaml) throws Exception {
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("page", new ByteArrayResource(yaml.getBytes()))
                .forEach(sources::addLast);
        Set<ConfigurationPropertyName> keys = new HashSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.from(sources)) {
            ((IterableConfigurationPropertySource) source).forEach(keys::add);
        }
        if (keys.isEmpty()) {
            throw new AssertionError("Expected keys, but there is none in: " + yaml);
        }
        Set<ConfigurationPropertyName> unknown = new HashSet<>(keys);
        Binder binder = new Binder(ConfigurationPropertySources.from(sources));
        for (JsonNode group : groups) {
            ConfigurationPropertyName prefix = ConfigurationPropertyName.of(name(group));
            if (keys.stream().anyMatch(prefix::isAncestorOf)) {
                binder.bind(
                        prefix, Bindable.of(Class.forName(group.get("type").asString())), new AbstractBindHandler() {
                            @Override
                            public Object onSuccess(
                                    ConfigurationPropertyName name,
                                    Bindable<?> target,
                                    BindContext context,
                                    Object result) {
                                unknown.remove(name);
                                return result;
                            }
                        });
            }
        }
        return Collections.unmodifiableSet(unknown);
    }

    private static String name(JsonNode node) {
        return node.get("name").asString();
    }
}
