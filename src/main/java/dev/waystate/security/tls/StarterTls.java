package dev.waystate.security.tls;

import dev.waystate.server.properties.InvalidPropertyException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Refuses the starter's own TLS: it reads its files once, and would be taken for ours. */
@Component
class StarterTls {

    private static final String PREFIX = "grpc.server.security";

    StarterTls(Environment environment) {
        Binder.get(environment)
                .bind(PREFIX, Bindable.mapOf(String.class, String.class))
                .ifBound(properties -> {
                    String key = PREFIX + "." + properties.keySet().iterator().next();
                    throw new InvalidPropertyException(key, "expected " + TlsProperties.BUNDLE + " in its place");
                });
    }
}
