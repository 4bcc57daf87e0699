package dev.waystate.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.LogLines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulerTests {

    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    private final LogLines lines = LogLines.of(Scheduler.class);

    private final List<Throwable> outOfMemory = new CopyOnWriteArrayList<>();
    private final Scheduler scheduler = new Scheduler(outOfMemory::add);
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        scheduler.close();
    }

    static Stream<Throwable> problems() {
        return Stream.of(
                new IllegalStateException("Comparison method violates its general contract!"),
                new AssertionError(),
                new NoClassDefFoundError(),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("problems")
    void aTaskThatThrowsIsRunAgain(Throwable problem) {
        scheduler.every("fails", INTERVAL, () -> fail(problem));
        await().atMost(SOON).until(() -> runs.get() >= 3);
        assertThat(outOfMemory).isEmpty();
        assertThat(lines.messages()).contains("The task fails has failed, and will be run again");
    }

    @Test
    void aTaskThatRunsOnceIsNotSaidToRunAgain() {
        scheduler.after("fails", Duration.ZERO, () -> fail(new IllegalStateException()));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(lines.messages()).containsExactly("The task fails has failed"));
        assertThat(runs).hasValue(1);
    }

    /** The control: the JDK's own timer forgets such a task. */
    @ParameterizedTest
    @MethodSource("problems")
    void anotherTimerWouldForgetIt(Throwable problem) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        ScheduledFuture<?> task = timer.scheduleWithFixedDelay(() -> fail(problem), 5, 5, TimeUnit.MILLISECONDS);
        await().atMost(SOON).until(task::isDone);
        timer.shutdownNow();
        assertThat(runs).hasValue(1);
    }

    @Test
    void aTaskWithoutMemoryIsReported() {
        OutOfMemoryError problem = new OutOfMemoryError();
        scheduler.every("needs memory", INTERVAL, () -> fail(new IllegalStateException(problem)));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(outOfMemory)
                        .first()
                        .satisfies(found -> assertThat(found).hasCause(problem)));
    }

    @Test
    void aRepetitionEndsWhenItIsCancelled() {
        Future<?> repetition = scheduler.every("ends", INTERVAL, runs::incrementAndGet);
        await().atMost(SOON).until(() -> runs.get() >= 1);
        repetition.cancel(false);
        AtomicInteger others = new AtomicInteger();
        scheduler.every("goes on", INTERVAL, others::incrementAndGet);
        await().atMost(SOON).until(() -> others.get() >= 2);
        int runsThen = runs.get();
        int othersThen = others.get();
        await().atMost(SOON).until(() -> others.get() >= othersThen + 5);
        assertThat(runs).hasValue(runsThen);
    }

    @Test
    void tasksGoOnWhileOneIsHeldUp() throws InterruptedException {
        Object never = new Object();
        scheduler.after("is held up", Duration.ZERO, () -> {
            synchronized (never) {
                try {
                    never.wait();
                } catch (InterruptedException closed) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        scheduler.every("goes on", INTERVAL, runs::incrementAndGet);
        await().atMost(SOON).until(() -> runs.get() >= 3);
    }

    private void fail(Throwable problem) {
        runs.incrementAndGet();
        SchedulerTests.<RuntimeException>rethrow(problem);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void rethrow(Throwable problem) throws T {
        throw (T) problem;
    }
}
