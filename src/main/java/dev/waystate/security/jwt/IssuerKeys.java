package dev.waystate.security.jwt;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's public keys. The library keeps them for a day, so that an outage of the issuer does no harm, and fetches
 * them anew on a thread of its own once they are older than the refresh interval.
 */
final class IssuerKeys implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

    private static final Duration MAX_OUTAGE = Duration.ofDays(1);
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(10);

    private final ExecutorService fetches = Executors.newSingleThreadExecutor(task -> new Thread(task, "jwt-keys"));
    private final JwksFetcher fetcher;
    private final JWKSetSource<SecurityContext> source;
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
        fetcher = new JwksFetcher(location, traces);
        JWKSourceBuilder<SecurityContext> builder = JWKSourceBuilder.create(fetcher)
                .cache(
                        MAX_OUTAGE.plus(refreshInterval).toMillis(),
                        Math.min(MAX_WAIT.toMillis(), refreshInterval.toMillis()))
                .refreshAheadCache(MAX_OUTAGE.toMillis(), null, fetches, true, null, false);
        builder = minInterval.isZero() ? builder.rateLimited(false) : builder.rateLimited(minInterval.toMillis());
        source = ((JWKSetBasedJWKSource<SecurityContext>) builder.build()).getJWKSetSource();
        atHand();
        Duration interval = refreshInterval.compareTo(MAX_CHECK_INTERVAL) < 0 ? refreshInterval : MAX_CHECK_INTERVAL;
        checks = scheduler.every("jwt-keys", interval, () -> fetches.execute(this::atHand));
    }

    /** Returns whether these are the keys that were fetched last. Does not block. */
    boolean areCurrent(JWKSet keys) {
        return keys == fetcher.last();
    }

    /** Returns the keys; empty if there are none. Only then it blocks, for some seconds at most, while it fetches them. */
    Optional<JWKSet> atHand() {
        return get(JWKSetCacheRefreshEvaluator.noRefresh());
    }

    /** Returns the keys that take the place of others which lack one; empty if none can be fetched now. Does not block. */
    CompletableFuture<Optional<JWKSet>> fetchedAfter(JWKSet others) {
        return CompletableFuture.supplyAsync(
                () -> get(JWKSetCacheRefreshEvaluator.referenceComparison(others)), fetches);
    }

    private Optional<JWKSet> get(JWKSetCacheRefreshEvaluator evaluator) {
        try {
            return Optional.of(source.getJWKSet(evaluator, System.currentTimeMillis(), null));
        } catch (KeySourceException unavailable) {
            return Optional.empty(); // the fetcher has logged why
        }
    }

    @Override
    public void close() {
        checks.cancel(false);
        try {
            source.close();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
