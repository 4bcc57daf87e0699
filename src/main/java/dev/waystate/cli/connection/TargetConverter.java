package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import dev.waystate.cli.output.TerminalText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT}. */
public final class TargetConverter implements ITypeConverter<HostAndPort> {

    @Override
    public HostAndPort convert(String text) {
        try {
            HostAndPort target = HostAndPort.fromString(text);
            if (target.hasPort() && target.getPort() > 0 && isHost(target.getHost())) {
                return target;
            }
        } catch (IllegalArgumentException notOne) {
            // said below
        }
        throw new TypeConversionException("expected HOST:PORT with a port from 1 to 65535, such as localhost:50051 or"
                + " [::1]:50051, but found \"" + TerminalText.of(text) + "\"");
    }

    private static boolean isHost(String host) {
        return !host.isEmpty() && host.chars().noneMatch(c -> c <= ' ' || c == '/' || c == '@' || c == '?' || c == '#');
    }
}
