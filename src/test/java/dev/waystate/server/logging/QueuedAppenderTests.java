package dev.waystate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.LevelFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the lines of a log come out: each string is a write. */
class QueuedAppenderTests {

    private static final int ORDINARY_LINES = 10_000;
    private static final int ALL_LINES = 11_000;

    private final LoggerContext context = new LoggerContext();
    private final Logger log = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Writes writes = new Writes();
    private final Gate gate = new Gate();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        gate.open.countDown();
        context.stop();
    }

    @Test
    void aLineThatNoOtherFollowsGoesOutAtOnce() {
        queue(console());
        log.info("alone");
        awaitWrites("alone\n");
        log.info("again");
        awaitWrites("alone\n", "again\n");
    }

    @Test
    void linesGoOutTogetherWhenOneWaitsInTheQueue() {
        queue(console());
        logWhileHeld("next");
        gate.open.countDown();
        awaitWrites("held\nnext\n");
    }

    /** The control. */
    @Test
    void behindLogbacksQueueEachLineIsAWrite() {
        attach(new AsyncAppender(), "QUEUE", console());
        logWhileHeld("next");
        gate.open.countDown();
        awaitWrites("held\n", "next\n");
    }

    @Test
    void noLineWaitsForOneThatDoesNotCome() {
        queue(console());
        logWhileHeld("denied");
        gate.open.countDown();
        awaitWrites("held\n");
    }

    @Test
    void aFullQueueKeepsItsLastPlacesForWarnings() {
        queue(console());
        logWhileHeld("1");
        fillWith("2", ALL_LINES);
        log.warn("warning");
        log.error("error");
        gate.open.countDown();
        await().atMost(5, TimeUnit.SECONDS).until(() -> lines().contains("error"));
        assertThat(lines())
                .hasSize(1 + ORDINARY_LINES + 2)
                .startsWith("held", "1", "2")
                .endsWith("2", "warning", "error");
    }

    /** The control. */
    @Test
    void withoutSuchPlacesTheWarningsAreLost() {
        AsyncAppender queue = new AsyncAppender();
        queue.setQueueSize(ALL_LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        attach(queue, "QUEUE", console());
        logWhileHeld("1");
        fillWith("2", ALL_LINES);
        log.error("error");
        gate.open.countDown();
        await().atMost(5, TimeUnit.SECONDS).until(() -> lines().size() == 1 + ALL_LINES);
        assertThat(lines()).endsWith("2").doesNotContain("error");
    }

    @Test
    void theEndBringsEveryLineOut() {
        queue(console());
        logWhileHeld("next");
        log.error("the reason");
        context.stop(); // interrupts the gate
        assertThat(String.join("", writes.all)).isEqualTo("held\nnext\nthe reason\n");
    }

    /** The control: of two queues on one console the first that ends closes it, and what the other still holds is lost. */
    @Test
    void twoQueuesOnOneConsoleLoseTheReasonOfTheEnd() {
        OutputStreamAppender<ILoggingEvent> console = console();
        AsyncAppender ordinary = attach(new AsyncAppender(), "ORDINARY", console);
        ordinary.addFilter(level(Level.ERROR, FilterReply.DENY));
        AsyncAppender urgent = attach(new AsyncAppender(), "URGENT", console);
        urgent.addFilter(level(Level.INFO, FilterReply.DENY));
        log.error("held");
        await().atMost(5, TimeUnit.SECONDS).until(() -> gate.holds);
        log.error("the reason");
        ordinary.stop();
        gate.open.countDown();
        urgent.stop();
        assertThat(String.join("", writes.all)).doesNotContain("the reason");
    }

    @Test
    void aFileIsCompleteAtTheEnd() {
        FileAppender<ILoggingEvent> file = new FileAppender<>();
        file.setFile(directory.resolve("app.log").toString());
        queue(started(file));
        logWhileHeld("next");
        gate.open.countDown();
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(directory.resolve("app.log")).hasContent("held\nnext"));
        log.error("the reason");
        context.stop();
        assertThat(directory.resolve("app.log")).hasContent("held\nnext\nthe reason");
    }

    private OutputStreamAppender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        started(console).setOutputStream(writes);
        return console;
    }

    private OutputStreamAppender<ILoggingEvent> started(OutputStreamAppender<ILoggingEvent> appender) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        gate.start();
        appender.addFilter(gate);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private void queue(OutputStreamAppender<ILoggingEvent> appender) {
        attach(new QueuedAppender(), "QUEUE", appender);
    }

    private AsyncAppender attach(AsyncAppender queue, String name, OutputStreamAppender<ILoggingEvent> appender) {
        queue.setName(name);
        queue.setContext(context);
        queue.addAppender(appender);
        queue.start();
        log.addAppender(queue);
        return queue;
    }

    private static LevelFilter level(Level level, FilterReply reply) {
        LevelFilter filter = new LevelFilter();
        filter.setLevel(level);
        filter.setOnMatch(reply);
        filter.start();
        return filter;
    }

    /** Puts the second line into the queue while the first is at the console. */
    private void logWhileHeld(String second) {
        log.info("held");
        await().atMost(5, TimeUnit.SECONDS).until(() -> gate.holds);
        log.info(second);
    }

    private void fillWith(String line, int times) {
        for (int i = 0; i < times; i++) {
            log.info(line);
        }
    }

    private void awaitWrites(String... expected) {
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(writes.all).containsExactly(expected));
    }

    private List<String> lines() {
        return writes.all.stream()
                .flatMap(write -> Stream.of(write.split("\n")))
                .toList();
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
