package dev.waystate.cli.connection;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** How long a command goes on without the server. */
public final class RetryOptions {

    @Option(
            names = "--retry-for",
            paramLabel = "DURATION",
            converter = Converter.class,
            defaultValue = "5m",
            description =
                    "How long to reconnect without getting any further before giving up: ${DEFAULT-VALUE} when not"
                            + " given; 0s never reconnects.")
    private Duration retryFor;

    public Duration retryFor() {
        return retryFor;
    }

    /** Reads a duration, which may be zero. */
    static final class Converter implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            return TimeoutConverter.parse(text);
        }
    }
}
