package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.util.Map;

/** The ports of a server on this machine, as its environment variables name them. */
final class LocalPorts {

    private LocalPorts() {}

    static HostAndPort grpc(Map<String, String> environment) {
        return HostAndPort.fromParts(
                "localhost", port(environment, "GRPC_SERVER_PORT", 50051, "the server with --target"));
    }

    /** Returns the port of the actuator, which is the HTTP port unless it has one of its own. */
    static int actuator(Map<String, String> environment) {
        boolean isOwn = !environment.getOrDefault("MANAGEMENT_SERVER_PORT", "").isEmpty();
        return port(
                environment, isOwn ? "MANAGEMENT_SERVER_PORT" : "SERVER_PORT", 8080, "the HTTP port with --http=URL");
    }

    private static int port(Map<String, String> environment, String variable, int unlessSet, String remedy) {
        String text = environment.getOrDefault(variable, "");
        if (text.isEmpty()) {
            return unlessSet;
        }
        if (text.matches("[1-9]\\d{0,4}") && Integer.parseInt(text) <= 65_535) {
            return Integer.parseInt(text);
        }
        throw new InputException("Expected a port from 1 to 65535 in " + variable + ", but found \""
                + VisibleText.of(text) + "\""
                + (text.contains("://") ? ", which Kubernetes sets for a Service of that name" : "")
                + ": name " + remedy + ".");
    }
}
