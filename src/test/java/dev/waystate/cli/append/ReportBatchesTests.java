package dev.waystate.cli.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.cli.input.Feed;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.Report;
import dev.waystate.text.InputException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReportBatchesTests {

    @Test
    void batchesHaveUpTo500ReportsAndFollowEachOther() {
        List<AppendRequest> batches = all(1, 0, reports(1_200, ""));

        assertThat(batches).extracting(AppendRequest::getFirstSequence).containsExactly(1L, 501L, 1_001L);
        assertThat(batches).extracting(AppendRequest::getReportsCount).containsExactly(500, 500, 200);
    }

    @Test
    void whatIsDurableIsLeftOut() {
        List<AppendRequest> batches = all(11, 15, reports(10, ""));

        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).getFirstSequence()).isEqualTo(16);
        assertThat(batches.get(0).getReportsList()).first().isEqualTo(report(5, ""));
    }

    @Test
    void batchesOfLongReportsStaySmall() {
        List<AppendRequest> batches = all(1, 0, reports(500, "x".repeat(4_000)));

        assertThat(batches)
                .allSatisfy(batch -> assertThat(batch.getSerializedSize()).isLessThan(300 * 1024));
        assertThat(batches.stream().mapToInt(AppendRequest::getReportsCount).sum())
                .isEqualTo(500);
    }

    @Test
    void everythingIsDurableAlready() {
        assertThat(all(1, 100, reports(10, ""))).isEmpty();
    }

    @Test
    void badLineEndsTheFeedAfterTheReportsBeforeIt() {
        Feed<Report> feed = Feed.start(failing(new InputException("line 4")));
        List<AppendRequest> batches = all(1, 0, feed);

        assertThat(batches.stream().mapToInt(AppendRequest::getReportsCount).sum())
                .isEqualTo(3);
        assertThatThrownBy(feed::checkEnd).hasMessage("line 4");
    }

    @Test
    void errorInTheFeedIsNotTheEndOfTheInput() {
        Feed<Report> feed = Feed.start(failing(new OutOfMemoryError("Java heap space")));
        all(1, 0, feed);

        assertThatThrownBy(feed::checkEnd)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("OutOfMemoryError: Java heap space");
    }

    @Test
    void errorThatCannotEvenBeToldIsNotTheEndEither() {
        Feed<Report> feed = Feed.start(failing(new OutOfMemoryError() {
            @Override
            public String toString() {
                throw new IllegalStateException("no memory for a message");
            }
        }));
        all(1, 0, feed);

        assertThatThrownBy(feed::checkEnd).hasMessage("The input was not read to its end.");
    }

    @Test
    void endOfTheInputIsNoFailure() {
        Feed<Report> feed = Feed.start(reports(3, "").stream());
        all(1, 0, feed);

        assertThatNoException().isThrownBy(feed::checkEnd);
    }

    @Test
    void feedReadsNoMoreAheadThanFourMegabytes() {
        AtomicInteger read = new AtomicInteger();
        Feed<Report> feed = Feed.start(Stream.generate(() -> report(1, "x".repeat(1_000_000)))
                .limit(100)
                .peek(report -> read.incrementAndGet()));

        await().atMost(Duration.ofSeconds(10)).until(() -> read.get() == 5); // the fifth waits for room
        feed.remove();
        await().atMost(Duration.ofSeconds(10)).until(() -> read.get() == 6);
        feed.close();
    }

    private static List<AppendRequest> all(long firstSequence, long durable, List<Report> reports) {
        CountDownLatch allRead = new CountDownLatch(1); // so that batches do not depend on how fast the feed is
        Feed<Report> feed = Feed.start(reports.stream().onClose(allRead::countDown));
        await().atMost(Duration.ofSeconds(10)).until(() -> allRead.getCount() == 0);
        return all(firstSequence, durable, feed);
    }

    private static List<AppendRequest> all(long firstSequence, long durable, Feed<Report> feed) {
        ReportBatches batches = new ReportBatches(feed);
        batches.begin(firstSequence);
        List<AppendRequest> all = new ArrayList<>();
        while (!feed.isAtEnd()) {
            AppendRequest batch = batches.next(durable);
            if (batch != null) {
                all.add(batch);
            }
        }
        return all;
    }

    private static List<Report> reports(int count, String info) {
        return IntStream.range(0, count).mapToObj(i -> report(i, info)).toList();
    }

    private static Report report(int status, String info) {
        return Report.newBuilder().setStatusValue(status).setInfo(info).build();
    }

    private static Stream<Report> failing(Throwable failure) {
        return Stream.concat(reports(3, "").stream(), Stream.generate(() -> sneakyThrow(failure)));
    }

    @SuppressWarnings("unchecked")
    private static <T, E extends Throwable> T sneakyThrow(Throwable failure) throws E {
        throw (E) failure;
    }
}
