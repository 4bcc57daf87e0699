package dev.waystate.cli.connection;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Runs a stream again when it was cut, after growing pauses, until it ends by itself, fails for good, or makes no
 * progress for too long. An outage lasts from a cut to the next progress.
 */
public final class Retries {

    /** A stream from its beginning to its end. */
    public interface Attempt {

        /** @throws StatusRuntimeException if the stream was cut or refused */
        void run() throws InterruptedException;
    }

    private final Duration retryFor;
    private final Backoff backoff;
    private final LongSupplier nanoTime;
    private final BooleanSupplier newToken;
    private final Consumer<StatusRuntimeException> onOutage;
    private boolean outage;
    private long outageSince;
    private boolean open;
    private int cuts;

    /**
     * @param retryFor how long an outage may last
     * @param nanoTime the current time of {@link System#nanoTime}
     * @param newToken whether there is another token than the one that was refused
     * @param onOutage is told the first failure of an outage, if another attempt follows
     */
    public Retries(
            Duration retryFor,
            Backoff backoff,
            LongSupplier nanoTime,
            BooleanSupplier newToken,
            Consumer<StatusRuntimeException> onOutage) {
        this.retryFor = retryFor;
        this.backoff = backoff;
        this.nanoTime = nanoTime;
        this.newToken = newToken;
        this.onOutage = onOutage;
    }

    /**
     * Runs attempts until one succeeds.
     *
     * @param reconnect runs before each attempt but the first
     * @throws StatusRuntimeException the failure that ends it
     */
    public void run(Attempt attempt, Runnable reconnect) throws InterruptedException {
        while (true) {
            try {
                attempt.run();
                return;
            } catch (StatusRuntimeException cut) {
                TimeUnit.NANOSECONDS.sleep(pauseAfter(cut).toNanos());
                reconnect.run();
            }
        }
    }

    /**
     * Notes that the stream of this attempt is open. What it sends may come to the server late, even after it was cut.
     */
    public void opened() {
        open = true;
    }

    /** Notes progress, which ends an outage. */
    public void progress() {
        outage = false;
        backoff.reset();
    }

    /**
     * Returns how long to pause before the next attempt.
     *
     * @throws StatusRuntimeException the failure itself, if no attempt follows
     */
    Duration pauseAfter(StatusRuntimeException failure) {
        if (!isTemporary(failure)) {
            throw failure;
        }
        long now = nanoTime.getAsLong();
        long since = outage ? outageSince : now;
        Duration pause = longer(backoff.next(), StatusDetails.retryDelay(failure));
        if (Duration.ofNanos(now - since).plus(pause).compareTo(retryFor) > 0) {
            throw failure;
        }
        if (!outage) {
            outage = true;
            outageSince = now;
            onOutage.accept(failure);
        }
        return pause;
    }

    private boolean isTemporary(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        boolean wasOpen = open;
        open = false;
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED -> { // of a stream, only our own limits are deadlines
                cuts += wasOpen ? 1 : 0;
                yield true;
            }
            case ABORTED -> cuts-- > 0; // a request of a stream that was cut may come late, and take over
            case RESOURCE_EXHAUSTED -> !StatusDetails.retryDelay(failure).isZero();
            case UNAUTHENTICATED -> newToken.getAsBoolean();
            default -> false;
        };
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
