package dev.waystate.statelog.rpc;

import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.operation.LogMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * The live {@code Read} streams. Wakes them when the log grows, makes their hearts beat, and runs the steps that may
 * block on the executor. However many streams are ready, they take at most as many of its tasks as it has threads, so
 * that there is room for other calls.
 */
@Component
class ReadStreams {

    /** How soon the streams try again after they found the executor full. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(20);

    private final Set<ReadStream> streams = ConcurrentHashMap.newKeySet();
    private final Queue<ReadStream> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger tasks = new AtomicInteger();
    private final ThreadPoolTaskExecutor executor;
    private final Scheduler scheduler;

    ReadStreams(
            StateLog stateLog,
            ThreadPoolTaskExecutor rpcExecutor,
            Scheduler scheduler,
            StateLogServiceProperties properties,
            MeterRegistry meters) {
        this.executor = rpcExecutor;
        this.scheduler = scheduler;
        stateLog.onAdvance(() -> streams.forEach(ReadStream::wake));
        LogMetrics.gauge(
                meters,
                "followers",
                "followers",
                "Read calls that follow the log",
                () -> followers().count());
        LogMetrics.gauge(
                meters,
                "follower.lag",
                "records",
                "Records that the slowest follower has yet to read",
                () -> worstLag(stateLog));
        scheduler.every("heartbeats", properties.heartbeat(), () -> streams.forEach(ReadStream::beat));
    }

    private Stream<ReadStream> followers() {
        return streams.stream().filter(ReadStream::follows);
    }

    private double worstLag(StateLog stateLog) {
        try {
            long head = stateLog.head();
            return followers().mapToLong(stream -> stream.lag(head)).max().orElse(0);
        } catch (LogUnavailableException building) {
            return Double.NaN;
        }
    }

    /**
     * Runs the first step of a stream.
     *
     * @throws RejectedExecutionException if the executor is full
     */
    void begin(ReadStream stream) {
        streams.add(stream);
        try {
            executor.execute(() -> {
                if (stream.step()) {
                    ready(stream);
                }
            });
        } catch (RejectedExecutionException full) {
            end(stream);
            throw full;
        }
    }

    void end(ReadStream stream) {
        streams.remove(stream);
    }

    /** Lets a stream take another step when its turn comes. Does not block. */
    void ready(ReadStream stream) {
        ready.add(stream);
        startTask();
    }

    private void startTask() {
        int running = tasks.getAndUpdate(count -> Math.min(count + 1, executor.getMaxPoolSize()));
        if (running == executor.getMaxPoolSize()) {
            return; // a task that ends looks for more to do
        }
        try {
            executor.execute(this::stepReady);
        } catch (RejectedExecutionException full) {
            tasks.decrementAndGet();
            scheduler.after("read-streams", RETRY_DELAY, this::startTask);
        }
    }

    /** Goes from one ready stream to the next, until there is none or somebody else waits for the thread. */
    private void stepReady() {
        try {
            ReadStream stream = ready.poll();
            while (stream != null) {
                if (stream.step()) {
                    ready.add(stream); // behind the others
                }
                stream = executor.getQueueSize() == 0 ? ready.poll() : null;
            }
        } finally {
            tasks.decrementAndGet();
            if (!ready.isEmpty()) {
                startTask();
            }
        }
    }
}
