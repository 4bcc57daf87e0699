package dev.waystate.deploy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Kubernetes manifests by the types of the API, which keep unknown keys apart. */
final class Manifests {

    private static final String MODEL = "io.fabric8.kubernetes.api.model";
    private static final String UNKNOWN_KEYS = "additionalProperties";

    private Manifests() {}

    /** @throws IllegalArgumentException if a manifest is of an unknown kind, or has a key that its type does not have */
    static List<HasMetadata> read(String yaml) {
        return Arrays.stream(yaml.split("(?m)^---\\s*$"))
                .map(Manifests::readOne)
                .toList();
    }

    private static HasMetadata readOne(String yaml) {
        HasMetadata manifest = new KubernetesSerialization().unmarshal(yaml);
        if (manifest instanceof GenericKubernetesResource) {
            throw new IllegalArgumentException(
                    "Expected a kind of the Kubernetes API, but found " + manifest.getKind());
        }
        List<String> unknown = new ArrayList<>();
        collectUnknown(manifest.getKind(), manifest, unknown);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("Expected keys of the Kubernetes API, but found " + unknown);
        }
        return manifest;
    }

    private static void collectUnknown(String path, @Nullable Object value, List<String> unknown) {
        if (value instanceof Collection<?> items) {
            items.forEach(item -> collectUnknown(path + "[]", item, unknown));
        } else if (value instanceof Map<?, ?> entries) {
            entries.forEach((key, entry) -> collectUnknown(path + "." + key, entry, unknown));
        } else if (value != null && value.getClass().getName().startsWith(MODEL)) {
            for (PropertyDescriptor property : properties(value)) {
                Object part = get(value, property);
                if (property.getName().equals(UNKNOWN_KEYS) && part instanceof Map<?, ?> keys) {
                    keys.keySet().forEach(key -> unknown.add(path + "." + key));
                } else {
                    collectUnknown(path + "." + property.getName(), part, unknown);
                }
            }
        }
    }

    private static List<PropertyDescriptor> properties(Object bean) {
        try {
            return Arrays.stream(Introspector.getBeanInfo(bean.getClass(), Object.class)
                            .getPropertyDescriptors())
                    .filter(property -> property.getReadMethod() != null)
                    .toList();
        } catch (IntrospectionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable Object get(Object bean, PropertyDescriptor property) {
        try {
            return property.getReadMethod().invoke(bean);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
