package dev.waystate.statelog.rpc;

import dev.waystate.server.EndlessCalls;
import dev.waystate.statelog.StateLog;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** The live {@code Read} streams: wakes them when the log grows, and has each one's heart beat. */
@Component
class ReadStreams {

    /** How soon a stream that found the executor full tries again. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(20);

    private final Set<ReadStream> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "read-streams"));
    private final Executor executor;
    private final EndlessCalls endlessCalls;

    ReadStreams(StateLog stateLog, Executor rpcExecutor, EndlessCalls endlessCalls, StateLogProperties properties) {
        this.executor = rpcExecutor;
        this.endlessCalls = endlessCalls;
        stateLog.onAdvance(() -> streams.forEach(ReadStream::wake));
        long interval = properties.heartbeat().toMillis();
        timer.scheduleAtFixedRate(() -> streams.forEach(ReadStream::beat), interval, interval, TimeUnit.MILLISECONDS);
    }

    void begin(ReadStream stream) {
        streams.add(stream);
        endlessCalls.add(stream);
    }

    void end(ReadStream stream) {
        streams.remove(stream);
        endlessCalls.remove(stream);
    }

    /** @throws java.util.concurrent.RejectedExecutionException if the executor is full */
    void execute(Runnable step) {
        executor.execute(step);
    }

    void later(Runnable action) {
        timer.schedule(action, RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}
