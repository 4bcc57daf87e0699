package dev.waystate.cli.connection;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command goes on without the server. */
public final class RetryOptions {

    @Option(
            names = "--retry-for",
            order = ConnectionOptions.AFTER_OWN,
            paramLabel = "DURATION",
            defaultValue = "5m",
            description =
                    "How long to reconnect without getting any further before giving up: ${DEFAULT-VALUE} when not"
                            + " given; 0s never reconnects.")
    private Duration retryFor;

    public Duration retryFor() {
        return retryFor;
    }
}
