package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.proto.v1.Record;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Writers that go on at the next replica when a call has failed, and what was acknowledged to them. */
final class ReplicaLoad implements AutoCloseable {

    /** After a batch or a call, so that a test of a minute stores no more than it can compare. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(50);

    private final Map<String, AtomicLong> sequences = new ConcurrentHashMap<>();
    private final Set<String> reports = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> writers = new ArrayList<>();

    /** Starts writers, every other of which appends; the others call {@code stream_state}. All begin at the first port. */
    ReplicaLoad with(int number, int... ports) {
        for (int i = 0; i < number; i++) {
            String source = "source-" + writers.size();
            boolean appends = i % 2 == 0;
            AtomicLong acknowledged = appends ? sequences.computeIfAbsent(source, key -> new AtomicLong()) : null;
            Thread writer = new Thread(() -> {
                for (int turn = 0; !stopped.get(); turn++) {
                    int port = ports[turn % ports.length];
                    Runnable attempt = appends
                            ? new JournalingAppender(source, port, acknowledged, stopped, PAUSE)
                            : new JournalingReporter(port, reports, stopped, PAUSE);
                    attempt.run();
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                }
            });
            writers.add(writer);
            writer.start();
        }
        return this;
    }

    /** Waits until each source that appends was acknowledged some more, and so were reports. */
    void awaitProgress(Duration timeout) {
        Map<String, Long> before = acknowledged();
        int reportsBefore = reports.size();
        await().atMost(timeout)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> reports.size() > reportsBefore
                        && acknowledged().entrySet().stream()
                                .allMatch(source -> source.getValue() > before.get(source.getKey())));
    }

    void finish() throws InterruptedException {
        stopped.set(true);
        for (Thread writer : writers) {
            writer.join(60_000);
            assertThat(writer.isAlive()).isFalse();
        }
    }

    /** Makes sure that all that was acknowledged is there, once; and that less would be noticed. */
    void audit(Contents contents) {
        List<Record> log = contents.records();
        assertThat(LogAudit.audit(log, acknowledged(), reports)).isEmpty();
        assertThat(LogAudit.auditTracks(log, contents.sources())).isEmpty();

        assertThat(acknowledged().values()).allMatch(last -> last > 0);
        assertThat(reports).isNotEmpty();
        List<Record> holed = new ArrayList<>(log);
        Record taken = holed.remove(log.size() / 2);
        assertThat(LogAudit.audit(holed, acknowledged(), reports)).isNotEmpty();
        holed.add(log.size() / 2, taken);
        holed.add(taken);
        assertThat(LogAudit.audit(holed, acknowledged(), reports)).isNotEmpty();
    }

    private Map<String, Long> acknowledged() {
        return sequences.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, last -> last.getValue().get()));
    }

    @Override
    public void close() {
        stopped.set(true);
    }
}
