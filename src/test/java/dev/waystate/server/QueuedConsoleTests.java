package dev.waystate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the lines of a log come out: each string is a write. */
class QueuedConsoleTests {

    private final LoggerContext context = new LoggerContext();
    private final Logger log = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Writes writes = new Writes();
    private final Gate gate = new Gate();

    @AfterEach
    void stop() {
        gate.open.countDown();
        context.stop();
    }

    @Test
    void aLineThatNoOtherFollowsGoesOutAtOnce() {
        logTo(new QueuedConsole());
        log.info("alone");
        awaitWrites("alone\n");
        log.info("again");
        awaitWrites("alone\n", "again\n");
    }

    @Test
    void linesGoOutTogetherWhenOneWaitsInTheQueue() {
        logTo(new QueuedConsole());
        logWhileHeld("next");
        gate.open.countDown();
        awaitWrites("held\nnext\n");
    }

    /** The control. */
    @Test
    void onLogbacksConsoleEachLineIsAWrite() {
        logTo(new ConsoleAppender<>());
        logWhileHeld("next");
        gate.open.countDown();
        awaitWrites("held\n", "next\n");
    }

    @Test
    void noLineWaitsForOneThatDoesNotCome() {
        logTo(new QueuedConsole());
        logWhileHeld("denied");
        gate.open.countDown();
        awaitWrites("held\n");
    }

    @Test
    void theEndBringsEveryLineOut() {
        logTo(new QueuedConsole());
        logWhileHeld("next");
        context.stop(); // interrupts the gate
        assertThat(String.join("", writes.all)).isEqualTo("held\nnext\n");
    }

    private void logTo(ConsoleAppender<ILoggingEvent> console) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        if (console instanceof QueuedConsole queued) {
            queued.setQueue("ORDINARY");
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        gate.start();
        console.addFilter(gate);
        console.setContext(context);
        console.setEncoder(encoder);
        console.start();
        console.setOutputStream(writes);
        AsyncAppender queue = new AsyncAppender();
        queue.setName("ORDINARY");
        queue.setContext(context);
        queue.addAppender(console);
        queue.start();
        log.addAppender(queue);
    }

    /** Has the second line in the queue while the first is at the console. */
    private void logWhileHeld(String second) {
        log.info("held");
        await().atMost(5, TimeUnit.SECONDS).until(() -> gate.holds);
        log.info(second);
    }

    private void awaitWrites(String... expected) {
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(writes.all).containsExactly(expected));
    }

    /** Holds a line at the console, or denies it, as its text says. */
    private static final class Gate extends Filter<ILoggingEvent> {

        final CountDownLatch open = new CountDownLatch(1);
        volatile boolean holds;

        @Override
        public FilterReply decide(ILoggingEvent event) {
            if (event.getMessage().equals("held")) {
                holds = true;
                awaitOpen();
            }
            return event.getMessage().equals("denied") ? FilterReply.DENY : FilterReply.NEUTRAL;
        }

        private void awaitOpen() {
            try {
                open.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Writes extends OutputStream {

        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        public void write(int character) {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int length) {
            all.add(new String(bytes, start, length, StandardCharsets.UTF_8));
        }
    }
}
