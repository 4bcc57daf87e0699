package dev.waystate.console;

import dev.waystate.security.tls.TlsClientAuth;
import dev.waystate.security.tls.TlsProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.Ssl;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless the gRPC port requires client certificates and the HTTP port does not: the console would then let in
 * clients that the gRPC port refuses.
 */
final class HttpCertificateCondition implements Condition {

    /** The property of the HTTP port that has to be {@code need}. */
    static final String HTTP_CLIENT_AUTH = "server.ssl.client-auth";

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata annotated) {
        return !admitsMoreThanGrpc(context.getEnvironment());
    }

    /**
     * Returns whether the HTTP port lets clients in that the gRPC port refuses. The settings are bound to their types,
     * so that {@code enabled=no} is false, too.
     */
    static boolean admitsMoreThanGrpc(Environment environment) {
        Binder settings = Binder.get(environment);
        return is(TlsClientAuth.REQUIRED, TlsProperties.CLIENT_AUTH, settings)
                && (!is(Ssl.ClientAuth.NEED, HTTP_CLIENT_AUTH, settings) || is(false, "server.ssl.enabled", settings));
    }

    private static boolean is(Object expected, String property, Binder settings) {
        return settings.bind(property, expected.getClass())
                .map(expected::equals)
                .orElse(false);
    }
}
