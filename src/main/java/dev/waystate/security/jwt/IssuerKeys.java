package dev.waystate.security.jwt;

import com.google.common.base.Stopwatch;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.RateLimitedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's public keys. They are kept for a day, so that an outage of the issuer does no harm, and fetched anew on
 * a thread of their own once they are older than the refresh interval. Ages are those of {@link System#nanoTime}. The
 * library's own cache goes by the machine's clock: if that were set back by an hour, it would fetch nothing for an
 * hour.
 */
final class IssuerKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

    private static final Duration MAX_OUTAGE = Duration.ofDays(1);
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(10);

    private final Duration refreshInterval;
    private final ExecutorService fetches = Executors.newSingleThreadExecutor(task -> new Thread(task, "jwt-keys"));
    private final JwksFetcher fetcher;
    private final JWKSetSource<SecurityContext> source;
    private final Stopwatch time = Stopwatch.createStarted();
    private final Future<?> checks;

    /**
     * Fetches the keys for the first time, which may take some seconds; a server that does not answer is asked again.
     *
     * @param minInterval the time in which they are fetched twice at most; zero for no limit
     */
    IssuerKeys(
            JwksLocation location,
            Duration refreshInterval,
            Duration minInterval,
            Scheduler scheduler,
            OutgoingTraces traces) {
        if (location.isUnprotected()) {
            log.warn("The keys at {} come over plain HTTP: whoever can change them on their way can sign", location);
        }
        this.refreshInterval = refreshInterval;
        fetcher = new JwksFetcher(location, traces);
        source = minInterval.isZero()
                ? fetcher
                : new RateLimitedJWKSetSource<>(fetcher, minInterval.toMillis(), event -> {});
        fetch();
        Duration interval = refreshInterval.compareTo(MAX_CHECK_INTERVAL) < 0 ? refreshInterval : MAX_CHECK_INTERVAL;
        checks = scheduler.every("jwt-keys", interval, () -> fetches.execute(this::refresh));
    }

    /**
     * Returns whether the last keys that could be fetched have this one. An outage of the issuer takes none away for a
     * day. Does not block.
     */
    boolean have(JWK key) {
        JWKSet last = fetcher.last();
        return last != null && areGood() && last.getKeys().contains(key);
    }

    /** Returns whether the last fetch has failed. Does not block. */
    boolean areOutOfReach() {
        return fetcher.isFailing();
    }

    /**
     * Returns the keys. If there are none, it fetches them, and blocks for some seconds at most; empty if they cannot
     * be fetched.
     */
    Optional<JWKSet> atHand() {
        return areGood() ? Optional.ofNullable(fetcher.last()) : fetch();
    }

    private boolean areGood() {
        return fetcher.hasFetchedWithin(refreshInterval.plus(MAX_OUTAGE));
    }

    /**
     * Returns keys that are newer than these, and fetches them if there are none yet; empty if that fails. Does not
     * block.
     */
    CompletableFuture<Optional<JWKSet>> fetchedAfter(JWKSet others) {
        return CompletableFuture.supplyAsync(
                () -> fetcher.last() == others ? fetch() : Optional.ofNullable(fetcher.last()), fetches);
    }

    private void refresh() {
        if (!fetcher.hasFetchedWithin(refreshInterval)) {
            fetch();
        }
    }

    private Optional<JWKSet> fetch() {
        try {
            return Optional.of(source.getJWKSet(
                    JWKSetCacheRefreshEvaluator.noRefresh(), time.elapsed(TimeUnit.MILLISECONDS), null));
        } catch (KeySourceException unavailable) {
            return Optional.empty(); // the fetcher has logged why
        }
    }

    @Override
    public void close() {
        checks.cancel(false);
        fetches.shutdownNow();
    }
}
