package dev.waystate.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose errors are noticed. What the process does then is shown by the tests that let it run out of memory. */
class OutOfMemoryTests {

    private static final Logger log = LoggerFactory.getLogger("a.library");
    private static final OutOfMemoryError PROBLEM = new OutOfMemoryError("not really");

    private final List<Throwable> noticed = new CopyOnWriteArrayList<>();
    private final Scheduler scheduler = new Scheduler(noticed::add);
    private final OutOfMemory outOfMemory = new OutOfMemory(noticed::add, scheduler);

    @BeforeEach
    void start() {
        outOfMemory.afterPropertiesSet();
    }

    @AfterEach
    void stop() {
        outOfMemory.destroy();
        scheduler.close();
    }

    @Test
    void itIsFoundBehindOtherExceptions() {
        assertThat(OutOfMemory.isCauseOf(new ExecutionException(new IllegalStateException(PROBLEM))))
                .isTrue();
        assertThat(OutOfMemory.isCauseOf(new StackOverflowError())).isFalse();
        assertThat(OutOfMemory.isCauseOf(new UncheckedIOException(new java.io.IOException())))
                .isFalse();
    }

    @Test
    void anErrorThatALibraryCatchesAndLogsIsNoticed() {
        log.warn("A task has failed", PROBLEM);
        log.warn("{} has failed", "a task", PROBLEM);
        assertThat(noticed).containsExactly(PROBLEM, PROBLEM);
    }

    @Test
    void otherErrorsThatAreLoggedAreNot() {
        log.warn("A task has failed", new IllegalStateException());
        log.warn("{} is too large", 3);
        assertThat(noticed).isEmpty();
    }

    @Test
    void anErrorThatEndsAThreadIsNoticed() throws InterruptedException {
        Thread thread = new Thread(() -> {
            throw PROBLEM;
        });
        thread.start();
        thread.join();
        await().atMost(Duration.ofSeconds(10)).until(() -> noticed.contains(PROBLEM));
    }

    @Test
    void nothingIsNoticedAfterTheEnd() {
        outOfMemory.destroy();
        log.warn("A task has failed", PROBLEM);
        assertThat(noticed).isEmpty();
    }
}
