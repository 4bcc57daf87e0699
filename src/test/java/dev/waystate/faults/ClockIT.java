package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.Record;
import dev.waystate.security.jwt.JwtIssuer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's clock is set, before a start and while the server runs. */
class ClockIT {

    private static final Path COMPILER = Path.of("/usr/bin/cc");
    private static final Path SOURCE = Path.of("src/test/c/offset_clock.c");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration MAX_STEP = Duration.ofDays(1);
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir
    Path directory;

    private Path offset;
    private List<String> otherClock;
    private int reports;

    @BeforeEach
    void setUp() throws Exception {
        assumeTrue(
                Files.isExecutable(COMPILER),
                "Skipped: setting a clock needs " + COMPILER + " (packages gcc, libc6-dev)");
        Path library = directory.resolve("offset_clock.so");
        Mount.run(COMPILER.toString(), "-shared", "-fPIC", "-o", library.toString(), SOURCE.toString());
        offset = directory.resolve("offset");
        otherClock = List.of("env", "LD_PRELOAD=" + library, "OFFSET_CLOCK_FILE=" + offset);
        set(0);
    }

    @Test
    void noStepRulesTheLog() throws Exception {
        List<Instant> times = new ArrayList<>();
        try (ServerProcess server = start()) {
            times.add(report(server));
            set(70);
            times.add(report(server));
            assertThatItWarnsOf(server, 70);
            set(0);
            times.add(report(server));
            set(-50);
            times.add(report(server));
            server.kill();
        }
        try (ServerProcess server = start()) { // with the clock before 1980
            assertThatItWarnsOf(server, -50);
            times.add(report(server));
            server.terminate();
        }
        set(70);
        try (ServerProcess server = start()) {
            assertThatItWarnsOf(server, 70);
            times.add(report(server));
            set(0);
            times.add(report(server));
            // An age of an hour has not gone by for any of them, whatever the clock has shown.
            assertThat(LogAudit.dump(server.grpcPort())).hasSize(times.size());
        }
        assertThat(times).isSorted();
        assertThat(times).allMatch(time -> time.isBefore(Instant.now().plus(MAX_STEP)));
    }

    @Test
    void aRateGoesOnWhenTheClockIsSetBack() throws Exception {
        try (ServerProcess server = start("--waystate.limits.caller-rate=10", "--waystate.limits.caller-burst=100");
                Client client = Client.of(server)) {
            assertThat(IntStream.range(0, 1_000).allMatch(i -> isServed(client)))
                    .isFalse();
            set(-1);
            assertThatItWarnsOf(server, -1);
            await().atMost(SOON).until(() -> isServed(client));
        }
    }

    private static boolean isServed(Client client) {
        try {
            client.displacement();
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            return false;
        }
    }

    @Test
    void theKeysOfAnIssuerAreFetchedWhenTheClockIsSetBack() throws Exception {
        try (JwtIssuer issuer = new JwtIssuer();
                ServerProcess server = start(
                        "--waystate.security.jwt.issuer=" + JwtIssuer.ISSUER,
                        "--waystate.security.jwt.audience=" + JwtIssuer.AUDIENCE,
                        "--waystate.security.jwt.jwks=" + issuer.jwks(),
                        "--waystate.security.jwt.jwks-refresh-interval=1s")) {
            set(-1);
            assertThatItWarnsOf(server, -1);
            int fetches = issuer.fetches.get();
            await().atMost(Duration.ofSeconds(40)).untilAtomic(issuer.fetches, greaterThan(fetches + 2));
        }
    }

    private ServerProcess start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--waystate.state-log.retention.max-age=1h");
        return ServerProcess.startUnder(otherClock, directory, all.toArray(String[]::new));
    }

    private void set(int years) throws IOException {
        Path changed = Files.writeString(directory.resolve("changed"), Long.toString(YEAR.toSeconds() * years));
        Files.move(changed, offset, StandardCopyOption.ATOMIC_MOVE);
    }

    private Instant report(ServerProcess server) throws Exception {
        try (Client client = Client.of(server)) {
            client.streamState(1);
        }
        List<Record> records = LogAudit.dump(server.grpcPort());
        assertThat(records).hasSize(++reports);
        var time = records.get(records.size() - 1).getRecordedAt();
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /** The warning has the time that the clock shows: so the server does see a clock that was set. */
    private static void assertThatItWarnsOf(ServerProcess server, int years) {
        String year = Instant.now().plus(YEAR.multipliedBy(years)).toString().substring(0, 4);
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        server.output().stream().anyMatch(line -> line.contains("The machine's clock shows " + year)));
    }
}
