package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the server, again and again, while sources append and report. */
class CrashIT {

    /** How often the server is killed. */
    private static final int ROUNDS = Integer.getInteger("test.crash-rounds", 8);

    /** How long at most a server lives on when each client has got an answer. */
    private static final int MOST_MILLIS = 350;

    private static final int MOST_MILLIS_WITH_SLOW_SYNCS = 1_000;
    private static final Duration ANSWERED = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Map<String, AtomicLong> sequences = new ConcurrentHashMap<>();
    private final Set<String> reports = ConcurrentHashMap.newKeySet();

    @Test
    void killedAgainAndAgainTheLogHasEveryAcknowledgedReportOnce() throws Exception {
        killAndAudit(ROUNDS, MOST_MILLIS, List.of());
    }

    /** With slow syncs, the kill comes during one: what was acknowledged before its commit would be lost. */
    @Test
    void killedDuringSyncsTheLogHasEveryAcknowledgedReportOnce() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "Skipped: slow syncs need strace");
        killAndAudit(
                3,
                MOST_MILLIS_WITH_SLOW_SYNCS,
                List.of(
                        "/usr/bin/strace",
                        "-f",
                        "--seccomp-bpf",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:delay_enter=50000"));
    }

    private void killAndAudit(int rounds, int mostMillis, List<String> wrapper) throws Exception {
        Random random = new Random(5);
        for (int round = 0; round < rounds; round++) {
            try (ServerProcess server = ServerProcess.startUnder(wrapper, directory, ServerProcess.WITHOUT_HTTP)) {
                killUnderLoad(server, random.nextInt(mostMillis));
            }
        }
        List<Record> log;
        List<Source> sources;
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            log = LogAudit.dump(server.grpcPort());
            sources = LogAudit.sources(server.grpcPort());
        }
        Map<String, Long> acknowledged = acknowledged();
        assertThat(LogAudit.audit(log, acknowledged, reports)).isEmpty();
        assertThat(LogAudit.auditTracks(log, sources)).isEmpty();
        assertThat(acknowledged.values()).hasSize(3).allMatch(last -> last > 0);
        assertThat(reports).isNotEmpty();
        assertThatTheAuditNoticesLoss(log, sources, acknowledged);
    }

    private void assertThatTheAuditNoticesLoss(List<Record> log, List<Source> sources, Map<String, Long> acknowledged) {
        assertThat(LogAudit.audit(log.subList(0, 1), acknowledged, reports)).isNotEmpty();
        List<Record> holed = new ArrayList<>(log);
        holed.remove(log.size() / 2);
        assertThat(LogAudit.audit(holed, acknowledged, reports)).isNotEmpty();
        List<Record> nearer = new ArrayList<>(log);
        nearer.remove(log.stream()
                .filter(stored -> stored.getSequence() == 2)
                .findFirst()
                .orElseThrow());
        assertThat(LogAudit.auditTracks(nearer, sources)).isNotEmpty();
        List<Record> doubled = new ArrayList<>(log);
        doubled.add(log.get(log.size() / 2));
        assertThat(LogAudit.audit(doubled, acknowledged, reports)).isNotEmpty();
    }

    private Map<String, Long> acknowledged() {
        return sequences.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, source -> source.getValue().get()));
    }

    private void killUnderLoad(ServerProcess server, long millis) throws InterruptedException {
        AtomicBoolean stopped = new AtomicBoolean();
        List<Thread> clients = new ArrayList<>();
        for (String source : List.of("a", "b", "c")) {
            AtomicLong acknowledged = sequences.computeIfAbsent(source, key -> new AtomicLong());
            clients.add(new Thread(new JournalingAppender(source, server.grpcPort(), acknowledged, stopped)));
        }
        clients.add(new Thread(new JournalingReporter(server.grpcPort(), reports, stopped)));
        clients.add(new Thread(new JournalingReporter(server.grpcPort(), reports, stopped)));
        Map<String, Long> before = acknowledged();
        int reportsBefore = reports.size();
        clients.forEach(Thread::start);
        await().atMost(ANSWERED)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> reports.size() > reportsBefore
                        && acknowledged().entrySet().stream()
                                .allMatch(source -> source.getValue() > before.get(source.getKey())));
        assertThat(server.process().waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
        server.kill();
        stopped.set(true);
        for (Thread client : clients) {
            client.join(30_000);
            assertThat(client.isAlive()).isFalse();
        }
    }
}
