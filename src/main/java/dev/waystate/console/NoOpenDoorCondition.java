package dev.waystate.console;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Where the gRPC port lets nobody in without a client certificate, the HTTP port has to do likewise. */
final class NoOpenDoorCondition implements Condition {

    /** The property of the HTTP port, which has to be {@code need}. */
    static final String HTTP_CLIENT_AUTH = "server.ssl.client-auth";

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata annotated) {
        return !isOpenDoor(context.getEnvironment());
    }

    static boolean isOpenDoor(Environment environment) {
        return is("required", "waystate.security.tls.client-auth", environment)
                && (!is("need", HTTP_CLIENT_AUTH, environment) || is("false", "server.ssl.enabled", environment));
    }

    private static boolean is(String expected, String property, Environment environment) {
        return Binder.get(environment)
                .bind(property, String.class)
                .map(expected::equalsIgnoreCase)
                .orElse(false);
    }
}
