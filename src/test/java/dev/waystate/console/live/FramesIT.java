package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.console.live.LivePage.Event;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;

/** Pages with a real server, some of which do not read what they get. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "grpc.server.port=-1",
            "grpc.server.in-process-name=frames",
            "server.shutdown=immediate", // some streams of the control never end
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db"
        })
@DirtiesContext
@Timeout(60)
@Import(BlockingStreams.Control.class)
@ExtendWith(OutputCaptureExtension.class)
class FramesIT {

    private static final int UNREAD = 50;
    private static final int SECONDS = 8;
    private static final int REPORTS_A_BATCH = 50;
    private static final Duration BATCH_INTERVAL = Duration.ofMillis(50);
    /** Bytes for the frames, 50 connections, and what else the server does. */
    private static final long MOST_MEMORY = 48L * 1024 * 1024;

    private static final int FLEET = 10_000;
    private static final String TRACE_PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @LocalServerPort
    int port;

    @Autowired
    StateLog log;

    @Autowired
    FrameHub hub;

    @Autowired
    BlockingStreams blockingStreams;

    @Test
    void aPageMissesNothingBesideFiftyThatDoNotRead() throws Exception {
        long usedBefore = usedMemory();
        List<Socket> unread = openUnread(LivePage.path(""));
        try (LivePage page = LivePage.open(port, "")) {
            long position = page.nextNews().data().get("head_position").asLong();
            await().until(() -> hub.streams() == UNREAD + 1);
            CompletableFuture<Long> reporting = CompletableFuture.supplyAsync(this::reportOn);

            long longest = 0;
            long last = System.nanoTime();
            long bytes = 0;
            while (!reporting.isDone() || position < reporting.join()) {
                Event frame = page.next();
                assertThat(frame.type()).isEqualTo("frame");
                assertThat(frame.data().get("after").asLong()).isEqualTo(position);
                position = frame.data().get("position").asLong();
                longest = Math.max(longest, frame.nanos() - last);
                last = frame.nanos();
                bytes += frame.bytes();
            }

            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(2));
            assertThat(hub.busyStreams())
                    .as("pages that read nothing, of %s bytes", bytes)
                    .isGreaterThan(UNREAD / 2);
            assertThat(hub.bytes()).isLessThan(FrameHub.MAX_BYTES);
            assertThat(usedMemory() - usedBefore).isLessThan(MOST_MEMORY);
            assertThat(UNREAD * bytes).as("what a queue for each would hold").isGreaterThan(2 * MOST_MEMORY);
        } finally {
            close(unread);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> hub.streams() == 0);
    }

    /** The control. */
    @Test
    void aPageStarvesWhereOneThreadWaitsForEach() throws Exception {
        List<Socket> unread = openUnread(BlockingStreams.PATH);
        await().until(() -> blockingStreams.streams() == UNREAD);
        Thread writer = new Thread(blockingStreams::writeOn, "blocking-writer");
        try (Socket page = LivePage.openUnread(port, BlockingStreams.PATH)) {
            await().until(() -> blockingStreams.streams() == UNREAD + 1);
            writer.start();
            page.setSoTimeout(3_000);
            assertThat(readUntilSilence(page)).isTrue();
        } finally {
            close(unread);
            writer.interrupt();
            writer.join();
        }
    }

    @Test
    void aFleetThatReportsAtOnceComesInFramesThatAreBounded() throws Exception {
        try (LivePage page = LivePage.open(port, "")) {
            long position = page.nextNews().data().get("head_position").asLong();
            List<CompletableFuture<Appended>> stored = IntStream.range(0, FLEET)
                    .mapToObj(i -> append("fleet-" + i, 1))
                    .toList();
            stored.forEach(CompletableFuture::join);
            long head = log.head();

            Set<String> seen = new HashSet<>();
            while (position < head) {
                Event frame = page.nextNews();
                assertThat(frame.data().get("after").asLong()).isEqualTo(position);
                assertThat(frame.bytes()).isLessThan(FrameBuilder.MAX_SOURCES_BYTES + FrameBuilder.MAX_RECORDS_BYTES);
                position = frame.data().get("position").asLong();
                frame.data()
                        .get("sources")
                        .forEach(source -> seen.add(source.get("source").asString()));
            }
            assertThat(seen).filteredOn(source -> source.startsWith("fleet-")).hasSize(FLEET);
        }
    }

    @Test
    void aPageThatComesBackGoesOnWhereItWas() throws Exception {
        long known;
        try (LivePage page = LivePage.open(port, "")) {
            page.nextNews();
            append("cow-7", 3).join();
            known = page.nextNews().data().get("position").asLong();
        }
        append("cow-7", 500).join();

        try (LivePage page = LivePage.open(port, "after=" + known + "&log_id=" + log.id())) {
            assertThat(page.nextNews().type()).isEqualTo("hello");
            Event frame = page.nextNews();
            assertThat(frame.data().get("after").asLong()).isEqualTo(known);
            assertThat(frame.data().get("position").asLong()).isEqualTo(known + 500);
            assertThat(frame.data().get("count").asLong()).isEqualTo(500);
        }
    }

    @Test
    void aPageWithoutNewsHearsThatItsStreamIsAlive() throws Exception {
        try (LivePage page = LivePage.open(port, "")) {
            page.nextNews();
            Event first = page.next();
            Event second = page.next();
            assertThat(second.data().get("count").asLong()).isZero();
            assertThat(second.data().get("after")).isEqualTo(second.data().get("position"));
            assertThat(second.nanos() - first.nanos())
                    .isLessThan(Duration.ofSeconds(3).toNanos());
        }
    }

    @Test
    void tooManyPagesOfOneCallerAreRefusedAndThoseOfAnotherAreNot() throws Exception {
        List<LivePage> pages = new ArrayList<>();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> hub.streams() == 0);
            for (int i = 0; i < FrameHub.MAX_STREAMS_PER_CALLER; i++) {
                pages.add(LivePage.open(port, ""));
            }
            try (LivePage refused = LivePage.open(port, "")) {
                assertThat(refused.response().statusCode()).isEqualTo(429);
                assertThat(refused.response().headers().firstValue("Retry-After"))
                        .isPresent();
                assertThat(refused.problem().get("code").asString()).isEqualTo("RESOURCE_EXHAUSTED");
            }
            String elsewhere = LivePage.headers(port, InetAddress.getByName("127.0.0.2"));
            assertThat(elsewhere).startsWith("HTTP/1.1 200 ");
        } finally {
            for (LivePage page : pages) {
                page.close();
            }
        }
    }

    @Test
    void aStreamHasALineInTheLogOnceItHasEnded(CapturedOutput output) throws Exception {
        try (LivePage page = LivePage.open(port, "", "X-Request-Id", "frames-1", "Traceparent", TRACE_PARENT)) {
            page.nextNews();
            append("cow-7", 3).join();
            page.nextNews();
            assertThat(output.getOut()).doesNotContain("request_id=\"frames-1\"");
        }
        String line = await().until(() -> line(output, "frames-1"), Objects::nonNull);
        assertThat(line)
                .contains("call method=\"GET /console/frames\" type=server_streaming code=CANCELLED ")
                .containsPattern(
                        "peer=127\\.0\\.0\\.1:\\d+ messages_in=0 bytes_in=0 messages_out=[3-9] bytes_out=\\d{4}")
                .contains("trace_id=4bf92f3577b34da6a3ce929d0e0e4736");

        LivePage.open(port, "after=-1", "X-Request-Id", "frames-2").close();
        assertThat(await().until(() -> line(output, "frames-2"), Objects::nonNull))
                .contains(" code=INVALID_ARGUMENT ");
    }

    private static String line(CapturedOutput output, String requestId) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains("request_id=\"" + requestId + "\""))
                .findFirst()
                .orElse(null);
    }

    @Test
    void aWrongPositionIsRefusedWithItsField() throws Exception {
        try (LivePage refused = LivePage.open(port, "after=-1")) {
            assertThat(refused.response().statusCode()).isEqualTo(400);
            assertThat(refused.problem().get("field").asString()).isEqualTo("after");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS", "POST"})
    void onlyGetOpensAStream(String method) throws Exception {
        int streams = hub.streams();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + LivePage.path("")))
                .method(method, BodyPublishers.noBody())
                .build();
        HttpResponse<Void> response = HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(hub.streams()).isLessThanOrEqualTo(streams);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Returns the head after it has reported for some seconds. */
    private long reportOn() {
        int batches = (int) (Duration.ofSeconds(SECONDS).toMillis() / BATCH_INTERVAL.toMillis());
        long begin = System.nanoTime();
        for (int i = 0; i < batches; i++) {
            append("robot-" + i % 200, REPORTS_A_BATCH).join();
            long due = begin + (i + 1) * BATCH_INTERVAL.toNanos();
            LockSupport.parkNanos(due - System.nanoTime());
        }
        return log.head();
    }

    private CompletableFuture<Appended> append(String source, int reports) {
        List<Report> batch = IntStream.range(0, reports)
                .mapToObj(i -> new Report(1 + i % 3, "x".repeat(500), null, new Point(i, -i)))
                .toList();
        return log.append(new Batch(source, Batch.UNNUMBERED, batch))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS);
    }

    private List<Socket> openUnread(String path) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < UNREAD; i++) {
            sockets.add(LivePage.openUnread(port, path));
        }
        return sockets;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static boolean readUntilSilence(Socket page) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        try {
            int read = 0;
            while (read >= 0) {
                read = page.getInputStream().read(buffer);
            }
            return false;
        } catch (SocketTimeoutException silent) {
            return true;
        }
    }
}
