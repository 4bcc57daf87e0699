package dev.waystate.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import dev.waystate.server.LogText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's public keys, as they were when they were last fetched: on a thread of their own, ahead of their use, and
 * when a token names one that is not here, but not more often than a least interval allows. While they cannot be fetched,
 * those at hand go on to be used, for a day. Reading them does not block, which is what the library's own sources of keys
 * do when they have to fetch.
 */
final class JwtKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JwtKeys.class);

    private static final Duration MAX_AGE = Duration.ofDays(1);

    private final JwksLocation location;
    private final Duration refreshInterval;
    private final Duration minInterval;
    private final ScheduledThreadPoolExecutor fetcher =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "jwt-keys"));

    private volatile @Nullable Fetched last;

    /** What went wrong last. Used by the thread that fetches. */
    private volatile @Nullable String problem;

    // Guarded by this.
    private @Nullable CompletableFuture<Void> underWay;
    private long endedAt;

    private record Fetched(JWKSet keys, long at) {}

    /** Fetches the keys for the first time, which may take some seconds; a server that does not answer is asked again. */
    JwtKeys(JwksLocation location, Duration refreshInterval, Duration minInterval) {
        this.location = location;
        this.refreshInterval = refreshInterval;
        this.minInterval = minInterval.compareTo(refreshInterval) < 0 ? minInterval : refreshInterval;
        if (location.isUnprotected()) {
            log.warn("The keys at {} come over plain HTTP: whoever can change them on their way can sign", location);
        }
        refresh();
    }

    /** Returns the keys at hand, the same object while they are the same; empty if none are recent enough. */
    Optional<JWKSet> current() {
        Fetched fetched = last;
        return fetched == null || System.nanoTime() - fetched.at > MAX_AGE.toNanos()
                ? Optional.empty()
                : Optional.of(fetched.keys);
    }

    /** Returns what completes when the keys have been fetched anew; empty if that has just been done. Does not block. */
    synchronized Optional<CompletableFuture<Void>> fetched() {
        if (underWay == null) {
            if (System.nanoTime() - endedAt < minInterval.toNanos()) {
                return Optional.empty();
            }
            underWay = new CompletableFuture<>();
            fetcher.execute(this::fetch);
        }
        return Optional.of(underWay);
    }

    private void refresh() {
        fetch();
        fetcher.schedule(
                this::refresh, (problem == null ? refreshInterval : minInterval).toMillis(), TimeUnit.MILLISECONDS);
    }

    private void fetch() {
        synchronized (this) {
            underWay = underWay == null ? new CompletableFuture<>() : underWay;
        }
        try {
            JWKSet keys = location.fetch();
            Fetched before = last;
            last = new Fetched(before != null && before.keys.equals(keys) ? before.keys : keys, System.nanoTime());
            problem = null;
        } catch (IOException | RuntimeException unavailable) {
            tell(LogText.quote(String.valueOf(unavailable.getMessage())));
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
        CompletableFuture<Void> done;
        synchronized (this) {
            endedAt = System.nanoTime();
            done = underWay;
            underWay = null;
        }
        done.complete(null);
    }

    private void tell(String unavailable) {
        if (!unavailable.equals(problem)) {
            log.warn("The keys at {} cannot be had, and those at hand stay for a day: {}", location, unavailable);
        }
        problem = unavailable;
    }

    @Override
    public void close() {
        fetcher.shutdownNow();
    }
}
