package dev.waystate.statelog;

import static org.assertj.core.api.Assertions.catchThrowable;

import dev.waystate.geometry.Point;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A log that is open during each test. */
public abstract class LogFixture {

    protected static final int PAGE_BYTES = 256 * 1024;

    protected static final int OK = 1;
    protected static final int THIRSTY = 2;
    protected static final int STARVED = 3;

    protected StateLog log;

    /** Opens the log of the test: an empty one first, and later what it had become. */
    protected abstract StateLog open() throws Exception;

    protected abstract void close(StateLog log) throws Exception;

    @BeforeEach
    void openLog() throws Exception {
        log = open();
    }

    @AfterEach
    void closeLog() throws Exception {
        close(log);
    }

    protected void reopen() throws Exception {
        close(log);
        log = open();
    }

    protected List<SourceState> sources(String afterName, Set<Integer> statuses, int limit, int maxBytes) {
        return log.sources(new SourceFilter(Set.of(), statuses, null), afterName, limit, maxBytes)
                .items();
    }

    protected static Report at(int x, int y) {
        return new Report(OK, "", null, new Point(x, y));
    }

    protected long append(String source, long firstSequence, Report... reports) {
        return append(new Batch(source, firstSequence, List.of(reports)));
    }

    protected long append(Batch batch) {
        try {
            return log.append(batch)
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS)
                    .durableSequence();
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    protected long appendUnnumbered(String source, Report... reports) {
        return append(source, Batch.UNNUMBERED, reports);
    }

    protected Throwable refusal(Batch batch) {
        CompletableFuture<Appended> result = log.append(batch).toCompletableFuture();
        ExecutionException refused = (ExecutionException) catchThrowable(() -> result.get(30, TimeUnit.SECONDS));
        return refused.getCause();
    }

    protected static Report[] reports(int status, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Report(status, "", null))
                .toArray(Report[]::new);
    }
}
