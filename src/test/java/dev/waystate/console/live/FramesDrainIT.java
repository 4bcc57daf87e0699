package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.WaystateApplication;
import dev.waystate.console.live.LivePage.Event;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A server ends while pages follow it, some of which do not read. */
@Timeout(60)
class FramesDrainIT {

    /** How long the control waits, and how long those would that are not ended. */
    private static final Duration SHORT_PHASE = Duration.ofSeconds(3);

    private static final Duration LONG_PHASE = Duration.ofSeconds(20);

    /** So many that some are ended while a thread of Tomcat's deals with them, as many as one caller may have. */
    private static final int UNREAD = FrameHub.MAX_STREAMS_PER_CALLER - 1;

    @TempDir
    Path directory;

    private final List<Socket> unread = new ArrayList<>();

    @Test
    void streamsEndAtOnceWithALastEvent() throws Exception {
        ConfigurableApplicationContext server = start(LONG_PHASE);
        FrameHub hub = server.getBean(FrameHub.class);
        try (LivePage page = LivePage.open(port(server), "")) {
            openUnread(server, LivePage.path(""));
            await().until(() -> hub.streams() == UNREAD + 1);
            StateLog log = server.getBean(StateLog.class);
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                log.append(new Batch("cow-7", Batch.UNNUMBERED, Collections.nCopies(200, report())))
                        .toCompletableFuture()
                        .join();
                return hub.busyStreams() == UNREAD;
            });

            assertThat(close(server)).isLessThan(LONG_PHASE);

            Event event = page.nextNews();
            while (event.type().equals("hello") || event.type().equals("frame")) {
                event = page.nextNews();
            }
            assertThat(event.type()).isEqualTo("bye");
            assertThat(page.nextNews().type()).isEqualTo("end");
        } finally {
            closeUnread();
        }
    }

    /** The control: what does not end holds up the shutdown. */
    @Test
    void streamsThatDoNotEndHoldUpTheServer() throws Exception {
        ConfigurableApplicationContext server = start(SHORT_PHASE);
        try {
            openUnread(server, BlockingStreams.PATH);
            BlockingStreams streams = server.getBean(BlockingStreams.class);
            await().until(() -> streams.streams() == UNREAD);

            assertThat(close(server)).isGreaterThanOrEqualTo(SHORT_PHASE);
        } finally {
            closeUnread();
        }
    }

    private ConfigurableApplicationContext start(Duration phase) {
        return new SpringApplicationBuilder(WaystateApplication.class, BlockingStreams.Control.class)
                .run(
                        "--server.port=0",
                        "--grpc.server.port=-1",
                        "--grpc.server.in-process-name=frames-drain",
                        "--waystate.state-log.file=" + directory.resolve("waystate.db"),
                        "--spring.lifecycle.timeout-per-shutdown-phase=" + phase.toSeconds() + "s");
    }

    private static int port(ConfigurableApplicationContext server) {
        return server.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private static Duration close(ConfigurableApplicationContext server) {
        long begin = System.nanoTime();
        server.close();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static Report report() {
        return new Report(1, "x".repeat(4000), null);
    }

    private void openUnread(ConfigurableApplicationContext server, String path) throws Exception {
        for (int i = 0; i < UNREAD; i++) {
            unread.add(LivePage.openUnread(port(server), path));
        }
    }

    private void closeUnread() throws Exception {
        for (Socket socket : unread) {
            socket.close();
        }
    }
}
