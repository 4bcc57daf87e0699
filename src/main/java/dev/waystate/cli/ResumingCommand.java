package dev.waystate.cli;

import dev.waystate.cli.connection.Backoff;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.connection.RetryOptions;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.Mixin;

/** A command whose stream goes on where it was cut. */
abstract class ResumingCommand extends ClientCommand {

    /**
     * The shortest time that gRPC takes. It is longer than {@code waystate.limits.permit-keepalive-time}, which servers
     * permit.
     */
    private static final Duration PROBE_AFTER = Duration.ofSeconds(10);

    @Mixin
    private RetryOptions retry;

    @Override
    ClientContext connect() {
        connection().probe(PROBE_AFTER, timeout());
        return super.connect();
    }

    Retries retries() {
        return new Retries(
                retry.retryFor(),
                new Backoff(Math::random),
                System::nanoTime,
                connection()::tokenHasChanged,
                this::noteOutage);
    }

    private void noteOutage(StatusRuntimeException failure) {
        String reason = explain(failure.getStatus());
        note(reason + (reason.endsWith(".") ? "" : ".") + " Trying again for up to " + seconds(retry.retryFor())
                + " s.");
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }
}
