package dev.waystate.security.jwt;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import dev.waystate.server.logging.LogText;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the keys each time it is asked, and logs once what is wrong with them. */
final class JwksFetcher implements JWKSetSource<SecurityContext> {

    private static final Logger log = LoggerFactory.getLogger(JwksFetcher.class);

    /** The most keys that a line of the log names. */
    private static final int MOST_NAMED = 10;

    private final JwksLocation location;
    private final OutgoingTraces traces;
    private volatile @Nullable JWKSet last;

    /** When the last ones were fetched, by {@link System#nanoTime}. */
    private volatile long fetchedAt;

    private volatile @Nullable String problem;
    private List<String> unusable = List.of();

    JwksFetcher(JwksLocation location, OutgoingTraces traces) {
        this.location = location;
        this.traces = traces;
    }

    /** Returns the keys that were fetched last, the same object while they are the same; null if none ever were. */
    @Nullable
    JWKSet last() {
        return last;
    }

    /** Returns whether keys were fetched within this time. */
    boolean hasFetchedWithin(Duration age) {
        return last != null && Duration.ofNanos(System.nanoTime() - fetchedAt).compareTo(age) < 0;
    }

    /** Returns whether the last fetch has failed. */
    boolean isFailing() {
        return problem != null;
    }

    @Override
    public synchronized JWKSet getJWKSet(
            JWKSetCacheRefreshEvaluator evaluator, long now, @Nullable SecurityContext context)
            throws KeySourceException {
        try {
            PublicKeys fetched = PublicKeys.parse(location.read(traces));
            report(fetched);
            JWKSet before = last;
            JWKSet keys = fetched.keys().equals(before) ? before : fetched.keys();
            fetchedAt = System.nanoTime();
            last = keys;
            return keys;
        } catch (IOException | RuntimeException unavailable) {
            throw report(unavailable);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            throw new JWKSetUnavailableException("closed", closed);
        } catch (Error error) { // logged, since a future may hide it
            log.error("The keys at {} cannot be fetched", location, error);
            throw error;
        }
    }

    private void report(PublicKeys fetched) {
        if (problem != null) {
            log.info("The keys at {} can be had again", location);
            problem = null;
        }
        if (!fetched.unusable().equals(unusable)) {
            unusable = fetched.unusable();
            log.warn(
                    "Of the keys at {}, {} cannot be used: {}",
                    location,
                    unusable.size(),
                    String.join(", ", unusable.subList(0, Math.min(unusable.size(), MOST_NAMED))));
        }
    }

    private KeySourceException report(Exception unavailable) {
        String found = LogText.quote(
                unavailable.getClass() == IOException.class
                        ? String.valueOf(unavailable.getMessage())
                        : unavailable.toString());
        if (!found.equals(problem)) {
            log.warn("The keys at {} cannot be had, and those at hand stay for a day: {}", location, found);
        }
        problem = found;
        return new JWKSetUnavailableException(found, unavailable);
    }

    @Override
    public void close() {
        // nothing is open between two fetches
    }
}
