package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that call again and again: single displacements, and short streams of reports in between. */
public final class Load implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int CALLS_PER_STREAM = 10;
    private static final int REPORTS_PER_STREAM = 5;

    private final Client client;
    private final Duration pause;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong succeeded = new AtomicLong();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;

    private Load(Client client, Duration pause) {
        this.client = client;
        this.pause = pause;
        for (int i = 0; i < THREADS; i++) {
            threads.execute(this::call);
        }
    }

    /** Starts threads that call without a pause. */
    public static Load start(Client client) {
        return new Load(client, Duration.ZERO);
    }

    /** Starts threads each of which pauses after a call, and leaves the machine to others meanwhile. */
    public static Load start(Client client, Duration pause) {
        return new Load(client, pause);
    }

    private void call() {
        for (int i = 0; !stopping; i++) {
            try {
                if (i % CALLS_PER_STREAM == 0) {
                    client.streamState(REPORTS_PER_STREAM);
                } else {
                    client.displacement();
                }
                succeeded.incrementAndGet();
                LockSupport.parkNanos(pause.toNanos());
            } catch (Exception failure) {
                failures.add(failure);
            }
        }
    }

    public void awaitSucceeded(long more) {
        long goal = succeeded.get() + more;
        await().atMost(Duration.ofSeconds(30)).until(() -> succeeded.get() >= goal);
    }

    /** Returns what has failed since the start. */
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Lets each thread finish its call, and returns what failed since the start. */
    public List<Throwable> finish() throws InterruptedException {
        stopping = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(3L * Client.DEADLINE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        return failures;
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
    }
}
