package dev.waystate.server.lifecycle;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks again and again, or once and later. What a task throws is logged, and a repeated task is run again when
 * its time comes. If a task finds no memory, the process ends.
 */
public class Scheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

    /** Several, so that a task that reads a file which does not answer does not hold up the others. */
    private static final int THREADS = 4;

    private final Consumer<Throwable> onOutOfMemory;
    private final ScheduledThreadPoolExecutor threads;

    /** @param onOutOfMemory is told when a task has run out of memory */
    public Scheduler(Consumer<Throwable> onOutOfMemory) {
        this.onOutOfMemory = onOutOfMemory;
        threads = new ScheduledThreadPoolExecutor(
                THREADS,
                new ThreadFactoryBuilder()
                        .setNameFormat("scheduler-%d")
                        .setDaemon(true)
                        .build());
        threads.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs the task until the result is cancelled, or this scheduler closed.
     *
     * @param name the name of the task in the log
     * @param interval the time from the end of a run to the beginning of the next, and until the first
     * @param task may block for a short time
     */
    public Future<?> every(String name, Duration interval, Runnable task) {
        return threads.scheduleWithFixedDelay(
                () -> run(name, task, ", and will be run again"),
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Runs the task once. It may block for a short time. */
    public void after(String name, Duration delay, Runnable task) {
        threads.schedule(() -> run(name, task, ""), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run(String name, Runnable task, String ending) {
        try {
            task.run();
        } catch (RuntimeException | Error problem) {
            if (OutOfMemory.isCauseOf(problem)) {
                onOutOfMemory.accept(problem);
            }
            log.error("The task {} has failed{}", name, ending, problem);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
