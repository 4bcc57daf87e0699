package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import dev.waystate.cli.RunningProgram;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.proto.v1.Record;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicas and their broker are killed and stopped again and again, while many write and read. */
@Timeout(900)
class ReplicaCrashIT {

    /** How often a replica is killed. */
    private static final int ROUNDS = Integer.getInteger("test.replica-rounds", 2);

    private static final int BROKER_KILLS = Math.max(1, ROUNDS / 2);
    private static final int BROKER_PAUSES = Math.max(1, ROUNDS / 4);

    /** Longer than a send may take. */
    private static final Duration BROKER_PAUSE = Duration.ofSeconds(6);

    private static final Duration HEALED = Duration.ofSeconds(20);
    private static final String TOPIC = "reports";
    private static final int LINES = 50;

    @TempDir
    Path directory;

    private int linesSent;

    @Test
    void whateverIsKilledEveryAcknowledgedReportIsThereOnceOnAllReplicas() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"));
                Replicas replicas = Replicas.start(directory, 2, broker.bootstrap(), TOPIC);
                RunningProgram append = command(replicas, "append", "--source=lines", "-");
                RunningProgram read = command(replicas, "read", "--follow", "--after=0", "--json");
                ReplicaFollower follower = new ReplicaFollower(replicas.ports());
                ReplicaLoad load = new ReplicaLoad()
                        .with(4, replicas.port(0), replicas.port(1))
                        .with(4, replicas.port(1), replicas.port(0))) {
            load.awaitProgress(Duration.ofSeconds(30));
            killReplicas(replicas, load, append);
            killBroker(broker, load, append);
            pauseBroker(broker, load, append);
            append.closeInput();
            assertThat(append.exitCode()).as(append.err()).isZero();
            load.finish();

            Contents contents = replicas.awaitAgreement();
            load.audit(named(contents));
            assertThatAllIsRead(contents.records(), append, read, follower);
        }
    }

    private void killReplicas(Replicas replicas, ReplicaLoad load, RunningProgram append) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            send(append);
            int victim = round % 2;
            replicas.kill(victim);
            load.awaitProgress(Duration.ofSeconds(30)); // at the other one
            replicas.comeBack(victim);
        }
    }

    private void killBroker(KafkaBroker broker, ReplicaLoad load, RunningProgram append) throws Exception {
        for (int round = 0; round < BROKER_KILLS; round++) {
            send(append);
            broker.kill();
            broker.restart();
            load.awaitProgress(HEALED);
        }
    }

    private void pauseBroker(KafkaBroker broker, ReplicaLoad load, RunningProgram append) throws Exception {
        for (int round = 0; round < BROKER_PAUSES; round++) {
            send(append);
            broker.pause();
            assertThat(broker.process().waitFor(BROKER_PAUSE.toMillis(), TimeUnit.MILLISECONDS))
                    .isFalse();
            broker.resume();
            load.awaitProgress(HEALED);
        }
    }

    private void send(RunningProgram append) throws IOException {
        append.write("OK\n".repeat(LINES));
        linesSent += LINES;
    }

    private void assertThatAllIsRead(
            List<Record> log, RunningProgram append, RunningProgram read, ReplicaFollower follower) throws Exception {
        assertThat(append.outLines())
                .singleElement()
                .asString()
                .startsWith("stored ")
                .endsWith(" durable sequence " + linesSent);
        assertThat(log.stream().filter(ReplicaCrashIT::isLine).map(Record::getSequence))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, linesSent).boxed().toList());
        follower.assertSees(log);
        await().atMost(Duration.ofSeconds(30)).until(() -> read.outLines().size() >= log.size());
        List<String> printed = read.outLines();
        assertThat(printed).hasSize(log.size());
        for (int i = 0; i < printed.size(); i++) {
            assertThat(printed.get(i)).startsWith("{\"position\":" + (i + 1) + ",");
        }
    }

    private static boolean isLine(Record record) {
        return record.getSource().equals("lines");
    }

    /** Gives the lines the text by which the audit knows a report. */
    private static Contents named(Contents contents) {
        return new Contents(
                contents.records().stream()
                        .map(record -> isLine(record)
                                ? record.toBuilder()
                                        .setInfo("lines " + record.getSequence())
                                        .build()
                                : record)
                        .toList(),
                contents.sources().stream()
                        .filter(source -> !source.getName().equals("lines"))
                        .toList(),
                contents.transitions());
    }

    private RunningProgram command(Replicas replicas, String... words) throws IOException {
        List<String> command = ServerProcess.command(words);
        command.addAll(List.of("--target", replicas.targets()));
        return RunningProgram.start(directory, command);
    }
}
