package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import dev.waystate.text.VisibleText;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT}, {@code HOST:PORT,HOST:PORT} and {@code dns:///NAME:PORT}. */
public final class TargetConverter implements ITypeConverter<Target> {

    @Override
    public Target convert(String text) {
        boolean dns = text.startsWith(Target.DNS);
        List<HostAndPort> hosts = dns
                ? List.of(host(text.substring(Target.DNS.length()), text))
                : Arrays.stream(text.split(",", -1))
                        .map(part -> host(part, text))
                        .toList();
        return new Target(hosts, dns || hosts.size() > 1);
    }

    private static HostAndPort host(String part, String text) {
        try {
            HostAndPort host = HostAndPort.fromString(part);
            if (host.hasPort() && host.getPort() > 0 && isHost(host.getHost())) {
                return host;
            }
        } catch (IllegalArgumentException notOne) {
            // said below
        }
        throw new TypeConversionException("Expected HOST:PORT with a port from 1 to 65535, such as localhost:50051 or"
                + " [::1]:50051, or replicas as HOST:PORT,HOST:PORT or dns:///NAME:PORT, but found \""
                + VisibleText.of(part) + "\"" + (part.equals(text) ? "" : " in \"" + VisibleText.of(text) + "\""));
    }

    private static boolean isHost(String host) {
        return !host.isEmpty()
                && host.chars().noneMatch(c -> c <= ' ' || c == ',' || c == '/' || c == '@' || c == '?' || c == '#');
    }
}
