package dev.waystate.server.properties;

import com.google.common.net.InetAddresses;
import java.util.Map;
import java.util.TreeMap;
import net.devh.boot.grpc.server.config.GrpcServerProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Refuses properties of the starter that would silently do nothing here, or leave the server without a port. */
@Component
class StarterProperties {

    private static final String PREFIX = "grpc.server.";

    /** The starter's own TLS, which reads its files only once. People would take it for ours. */
    private static final String TLS = PREFIX + "security";

    private static final int HIGHEST_PORT = 65_535;
    private static final int NO_PORT = -1;

    /** The starter's properties that the server overrides, and what to set instead. */
    private static final Map<String, String> REPLACED = new TreeMap<>(Map.ofEntries(
            Map.entry("max-inbound-message-size", "waystate.limits.message-size"),
            Map.entry("max-inbound-metadata-size", "waystate.limits.metadata-size"),
            Map.entry("max-connection-idle", "waystate.limits.connection-idle"),
            Map.entry("max-connection-age", "waystate.limits.connection-age"),
            Map.entry("max-connection-age-grace", "waystate.limits.connection-age-grace"),
            Map.entry("enable-keep-alive", "waystate.limits.keepalive-time"),
            Map.entry("keep-alive-time", "waystate.limits.keepalive-time"),
            Map.entry("keep-alive-timeout", "waystate.limits.keepalive-timeout"),
            Map.entry("permit-keep-alive-time", "waystate.limits.permit-keepalive-time"),
            Map.entry("permit-keep-alive-without-calls", "waystate.limits.connection-idle")));

    StarterProperties(GrpcServerProperties starter, Environment environment) {
        REPLACED.forEach((key, replacement) -> {
            if (Binder.get(environment).bind(PREFIX + key, String.class).isBound()) {
                throw replaced(PREFIX + key, replacement);
            }
        });
        Binder.get(environment)
                .bind(TLS, Bindable.mapOf(String.class, String.class))
                .ifBound(properties -> {
                    String key = properties.keySet().iterator().next();
                    throw replaced(TLS + "." + key, "waystate.security.tls.bundle");
                });
        checkKnown(environment);
        checkPort(starter);
        checkAddress(starter.getAddress());
        if (!starter.isHealthServiceEnabled()) {
            throw new InvalidPropertyException(
                    PREFIX + "health-service-enabled", "expected true, but found false: the server has no such switch");
        }
    }

    private static InvalidPropertyException replaced(String key, String replacement) {
        return new InvalidPropertyException(key, "expected " + replacement + " in its place");
    }

    /** Environment variables are left alone: an orchestrator may have set them for others. */
    private static void checkKnown(Environment environment) {
        NoUnboundElementsBindHandler check =
                new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
        try {
            Binder.get(environment).bind("grpc.server", Bindable.of(GrpcServerProperties.class), check);
        } catch (BindException refused) {
            if (!(refused.getCause() instanceof UnboundConfigurationPropertiesException unknown)) {
                throw refused;
            }
            throw new InvalidPropertyException(
                    unknown.getUnboundProperties().iterator().next().getName().toString(),
                    "expected a property of the gRPC starter, but there is none of this name");
        }
    }

    private static void checkPort(GrpcServerProperties starter) {
        int port = starter.getPort();
        boolean inProcessOnly = port == NO_PORT && starter.getInProcessName() != null;
        if (!inProcessOnly && (port < 0 || port > HIGHEST_PORT)) {
            throw new InvalidPropertyException(
                    PREFIX + "port", "expected a port from 0, for any, to " + HIGHEST_PORT + ", but found " + port);
        }
    }

    private static void checkAddress(String address) {
        if (!address.equals(GrpcServerProperties.ANY_IP_ADDRESS) && !InetAddresses.isInetAddress(address)) {
            throw new InvalidPropertyException(
                    PREFIX + "address", "expected an IP address, or * for any, but found " + address);
        }
    }
}
