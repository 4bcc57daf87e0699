package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import dev.waystate.OtherJava;
import dev.waystate.ServerProcess;
import dev.waystate.attack.Bystander.Kind;
import dev.waystate.attack.Flood.Calls;
import dev.waystate.ops.Client;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ReadRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.reflection.v1.ServerReflectionRequest;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages that are never whole, and answers that are never taken, while somebody else uses the server. */
@Timeout(180)
class MemoryFloodIT {

    /**
     * The memory that a server may take: its heap, its direct memory, and what the JVM needs besides (code, classes,
     * threads).
     */
    private static final long MOST_RESIDENT_MB = SmallServer.HEAP_MB + SmallServer.DIRECT_MB + 220;

    private static final int EXIT_CODE = 74;
    private static final Duration USUAL = Duration.ofMillis(200);
    private static final Duration ATTACK = Duration.ofSeconds(1);
    private static final Duration RECOVERY = Duration.ofSeconds(5);
    private static final Duration RUNNING_OUT = Duration.ofSeconds(40);
    private static final long AS_GOOD_AS_NOTHING_BYTES = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(MemoryFloodIT.class);

    private static final String STATE_LOG = "waystate.v1.StateLogService/";
    private static final String DISPLACEMENT = "my_package.DisplacementService/computeDisplacement";
    private static final String DISPLACEMENTS = "waystate.v1.BulkDisplacementService/ComputeDisplacements";
    private static final String REPORTS = "my_package.RequestStreaming/stream_state";

    /** About as many as a connection may have open. */
    private static final int CALLS = 250;

    /** In memory it takes more than 200 bytes. */
    private static final byte[] GROUP_OF_ONE_FIELD = {15 << 3 | 3, 1 << 3, 0, 15 << 3 | 4};

    private static final int CONNECTIONS_OF_UNUSED_CALLS = 200;
    private static final int CONNECTIONS_OF_SECOND_HEADERS = 10;
    private static final int CALLS_OF_SECOND_HEADERS = 50;
    private static final int BUSY_CONNECTIONS = 700;
    private static final int CALLS_AT_ONCE = 50;
    private static final int BUSY_STREAMS = 100;
    private static final int REPORTS_PER_STREAM = 1_000;

    @TempDir
    static Path directory;

    private static final Map<Path, SmallServer> servers = new HashMap<>();

    enum Attack {
        UNREAD_REPLAYS(unread(
                8,
                STATE_LOG + "Read",
                ReadRequest.newBuilder().setAfterPosition(0).build(),
                1)),
        UNREAD_FOLLOWERS(unread(
                8,
                STATE_LOG + "Read",
                ReadRequest.newBuilder()
                        .setFollow(true)
                        .setAfterPosition(1100)
                        .addStatuses(Status.TIRED)
                        .build(),
                1)),
        UNREAD_SOURCES(unread(
                8,
                STATE_LOG + "ListSources",
                ListSourcesRequest.newBuilder().setPageSize(1000).build(),
                1)),
        UNREAD_LARGE_SOURCES(unread(
                8,
                STATE_LOG + "ListSources",
                ListSourcesRequest.newBuilder().addStatuses(Status.STARVED).build(),
                1)),
        UNREAD_SUMMARIES(unread(8, STATE_LOG + "GetSummary", GetSummaryRequest.getDefaultInstance(), 1)),
        UNREAD_DISPLACEMENTS(unread(
                20,
                DISPLACEMENTS,
                ComputeDisplacementsRequest.newBuilder()
                        .addDisplacements(Displacement.getDefaultInstance())
                        .build(),
                2000)),
        UNREAD_SINGLE_DISPLACEMENTS(unread(40, DISPLACEMENT, Displacement.getDefaultInstance(), 1)),
        UNREAD_HEALTH(unread(40, "grpc.health.v1.Health/Watch", HealthCheckRequest.getDefaultInstance(), 1)),
        UNREAD_REFLECTION(unread(
                8,
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("waystate.v1.StateLogService")
                        .build(),
                200)),
        KEPT_REQUESTS(new Calls(
                8,
                CALLS,
                Frames.headers(STATE_LOG + "Read"),
                same(repeated(
                        ReadRequest.newBuilder()
                                .setFollow(true)
                                .setUnknownFields(UnknownFieldSet.newBuilder()
                                        .addField(
                                                1000,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addLengthDelimited(ByteString.copyFrom(new byte[60_000]))
                                                        .build())
                                        .build())
                                .build(),
                        1)),
                16_384,
                true,
                true)),
        KEPT_REQUESTS_OF_UNKNOWN_FIELDS(new Calls(
                1,
                CALLS,
                Frames.headers(STATE_LOG + "GetSummary"),
                same(Frames.enveloped(0, repeated(GROUP_OF_ONE_FIELD, 16_000))),
                16_384,
                true,
                false)),
        UNENDED_REQUESTS_OF_SHORT_NAMES(new Calls(
                8,
                20,
                Frames.headers(STATE_LOG + "ListSources"),
                same(repeated(
                        ListSourcesRequest.newBuilder()
                                .addAllSources(Collections.nCopies(50_000, "a"))
                                .build(),
                        1)),
                16_384,
                false,
                true)),
        UNREAD_ACKNOWLEDGEMENTS(new Calls(
                8,
                CALLS,
                Frames.headers(STATE_LOG + "Append"),
                call -> repeated(
                        AppendRequest.newBuilder().setSource("attacker-" + call).build(), 100),
                16_384,
                false,
                false)),
        TINY_FRAMES_OF_MESSAGES_THAT_NEVER_END(
                new Calls(8, CALLS, Frames.headers(REPORTS), same(unfinished(1_000, 900)), 1, false, true)),
        SMALL_MESSAGES_BEGUN_AGAIN_AND_AGAIN(
                new Calls(8, CALLS, Frames.headers(REPORTS), same(beginnings(500)), 7, false, true)),
        TINY_FRAMES_OF_MESSAGES_THAT_NOBODY_ASKS_FOR(new Calls(
                8,
                CALLS,
                Frames.headers(DISPLACEMENTS),
                same(repeated(
                        ComputeDisplacementsRequest.newBuilder()
                                .addDisplacements(Displacement.getDefaultInstance())
                                .build(),
                        4000)),
                3,
                false,
                false)),
        LARGE_MESSAGES_THAT_NEVER_END(
                new Calls(100, 2, Frames.headers(REPORTS), same(unfinished(1_000_000, 999_999)), 16_384, false, true)),
        MANY_CONNECTIONS(
                new Calls(1000, 1, Frames.headers(REPORTS), same(unfinished(1_000_000, 60_000)), 16_384, false, true));

        private final Calls calls;

        Attack(Calls calls) {
            this.calls = calls;
        }

        private static Calls unread(int connections, String method, MessageLite request, int times) {
            return new Calls(
                    connections,
                    CALLS,
                    Frames.headers(method),
                    same(repeated(request, times)),
                    16_384,
                    times == 1,
                    false);
        }

        private static IntFunction<byte[]> same(byte[] data) {
            return any -> data;
        }

        private static byte[] repeated(MessageLite message, int times) {
            return repeated(Frames.enveloped(0, message.toByteArray()), times);
        }

        private static byte[] repeated(byte[] bytes, int times) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < times; i++) {
                all.writeBytes(bytes);
            }
            return all.toByteArray();
        }

        /** The beginning of a message. */
        private static byte[] unfinished(int bytes, int sent) {
            return Arrays.copyOf(Frames.enveloped(0, new byte[bytes]), sent);
        }

        /** Messages of two bytes: the frames of seven that they come in each have the end of one and most of the next. */
        private static byte[] beginnings(int times) {
            byte[] messages = repeated(Frames.enveloped(0, new byte[] {8, 1}), times);
            return Arrays.copyOfRange(messages, 0, messages.length - 1);
        }
    }

    /** The Java of this build and, in the long profile, Java 25. */
    static List<Path> javas() throws Exception {
        List<Path> javas = new ArrayList<>(List.of(Path.of(ServerProcess.java())));
        if (!Boolean.getBoolean("test.all-javas")) {
            return javas;
        }
        OtherJava.java25().filter(java -> Runtime.version().feature() != 25).ifPresent(javas::add);
        return javas;
    }

    static Stream<Arguments> attacks() throws Exception {
        return javas().stream()
                .flatMap(java -> Arrays.stream(Attack.values()).map(attack -> Arguments.of(attack, java)));
    }

    @BeforeAll
    static void start() throws Exception {
        for (Path java : javas()) {
            SmallServer server = SmallServer.start(
                    java, directory.resolve("small" + servers.size()), "--waystate.state-log.max-info-length=512KB");
            servers.put(java, server);
            server.fill("zz", Status.STARVED, 100, 512 * 1024);
            server.fill("cow", Status.OK, 1000, 4 * 1024);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (SmallServer server : servers.values()) {
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void floodTakesLittleMemoryAndFailsNobodyElse(Attack attack, Path java) throws Exception {
        SmallServer server = servers.get(java);
        try (Bystander bystander = new Bystander(server.process())) {
            Map<Kind, Duration> usual = bystander.medianTimes(USUAL);
            try (Flood flood = Flood.start(server.process().grpcPort(), attack.calls)) {
                Map<Kind, Duration> underAttack = bystander.medianTimes(ATTACK);
                log.info("{}: calls take {}, usually {}", attack, underAttack, usual);
                assertThat(flood.isUnderWay()).isTrue();
            }
            await().atMost(RECOVERY).until(() -> server.heldBytes() < AS_GOOD_AS_NOTHING_BYTES);
            bystander.medianTimes(USUAL);
            assertThat(server.process().output().stream().filter(AttackedServer.COMPLAINT.asPredicate()))
                    .isEmpty();
            assertThat(server.process().process().isAlive()).isTrue();
            assertThat(server.mostResidentMb()).isLessThan(MOST_RESIDENT_MB);
        }
    }

    /** None of them has a message, and all together would take more than the heap. */
    @Test
    void callsThatAreOpenedAndNeverUsedAreEnded() throws Exception {
        SmallServer server = servers.get(Path.of(ServerProcess.java()));
        List<RawConnection> attackers = new ArrayList<>();
        try (Bystander bystander = new Bystander(server.process())) {
            bystander.medianTimes(USUAL);
            for (int i = 0; i < CONNECTIONS_OF_UNUSED_CALLS; i++) {
                RawConnection attacker = RawConnection.open(server.process().grpcPort());
                attackers.add(attacker);
                attacker.send(frames -> {
                    for (int call = 0; call < CALLS; call++) {
                        frames.call(2 * call + 1, REPORTS);
                    }
                });
            }
            await().atMost(RUNNING_OUT).until(() -> server.heldBytes() < SmallServer.DIRECT_MB << 17);
            bystander.medianTimes(ATTACK);
        } finally {
            attackers.forEach(RawConnection::close);
        }
        await().atMost(RECOVERY).until(() -> server.heldBytes() < AS_GOOD_AS_NOTHING_BYTES);
        assertThat(server.process().process().isAlive()).isTrue();
    }

    @Test
    void secondHeadersOfAStreamEndItAndLeaveNothingBehind() throws Exception {
        SmallServer server = servers.get(Path.of(ServerProcess.java()));
        for (int i = 0; i < CONNECTIONS_OF_SECOND_HEADERS; i++) {
            try (RawConnection attacker = RawConnection.open(server.process().grpcPort())) {
                attacker.send(frames -> {
                    for (int pair = 0; pair < CALLS_OF_SECOND_HEADERS; pair++) {
                        int noCall = 4 * pair + 1;
                        int call = noCall + 2;
                        frames.headers(noCall, Frames.headers(REPORTS).set("content-type", "text/plain"), false);
                        frames.call(call, REPORTS);
                        frames.headers(noCall, Frames.headers(REPORTS), true);
                        frames.headers(call, Frames.headers(REPORTS), true);
                    }
                });
                await().atMost(RECOVERY).until(() -> attacker.resets() == 2 * CALLS_OF_SECOND_HEADERS);
            }
        }
        await().atMost(RECOVERY).until(() -> server.heldBytes() < AS_GOOD_AS_NOTHING_BYTES);
    }

    /** All at once, their calls would take more than all calls may. */
    @Test
    void callsOfManyBusyConnectionsAreAllAnswered() throws Exception {
        SmallServer server = servers.get(Path.of(ServerProcess.java()));
        List<RawConnection> clients = new ArrayList<>();
        try {
            for (int i = 0; i < BUSY_CONNECTIONS; i++) {
                clients.add(RawConnection.open(server.process().grpcPort()));
            }
            for (int call = 0; call < CALLS; call += CALLS_AT_ONCE) {
                List<Integer> streams = IntStream.range(call, call + CALLS_AT_ONCE)
                        .mapToObj(number -> 2 * number + 1)
                        .toList();
                for (RawConnection client : clients) {
                    client.write(frames -> streams.forEach(stream -> {
                        frames.call(stream, DISPLACEMENT);
                        frames.lastMessage(stream, Displacement.getDefaultInstance());
                    }));
                }
                await().atMost(RUNNING_OUT)
                        .until(() -> clients.stream()
                                .allMatch(client -> streams.stream().allMatch(client::hasEndedCall)));
                assertThat(clients)
                        .allMatch(client -> streams.stream().allMatch(stream -> "0".equals(client.status(stream))));
            }
        } finally {
            clients.forEach(RawConnection::close);
        }
    }

    /** The streams send many times what may be on its way to the disk. */
    @Test
    void gatewayWithManyBusyStreamsIsSlowedDownByASlowDiskAndNeverRefused(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "Skipped: slow syncs need strace");
        List<String> slowSyncs = List.of(
                "/usr/bin/strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                "inject=fsync,fdatasync:delay_exit=50000");
        try (SmallServer server = SmallServer.startUnder(slowSyncs, directory.resolve("slow"));
                Client gateway = Client.of(server.process())) {
            ExecutorService streams = Executors.newFixedThreadPool(BUSY_STREAMS);
            try {
                List<Callable<Void>> calls = Collections.nCopies(BUSY_STREAMS, () -> {
                    gateway.streamState(REPORTS_PER_STREAM);
                    return null;
                });
                for (Future<Void> call : streams.invokeAll(calls)) {
                    assertThat(call).succeedsWithin(Duration.ZERO);
                }
            } finally {
                streams.shutdownNow();
            }
            assertThat(server.heldBytes()).isLessThan(AS_GOOD_AS_NOTHING_BYTES);
        }
    }

    static Stream<Arguments> controls() throws Exception {
        return javas().stream()
                .flatMap(java -> Stream.of(Attack.UNREAD_REPLAYS, Attack.LARGE_MESSAGES_THAT_NEVER_END)
                        .map(attack -> Arguments.of(attack, java)));
    }

    @ParameterizedTest
    @MethodSource("controls")
    void withoutTheLimitTheProcessRunsOutOfMemoryAndEndsWithItsExitCode(
            Attack attack, Path java, @TempDir Path directory) throws Exception {
        try (SmallServer server = SmallServer.start(
                java,
                directory.resolve("unlimited"),
                "--waystate.limits.inbound-memory=16GB",
                "--waystate.limits.outbound-memory=16GB")) {
            server.fill("cow", Status.OK, 100, 4 * 1024);
            ServerProcess process = server.process();
            try (Flood flood = Flood.start(process.grpcPort(), attack.calls)) {
                await().atMost(RUNNING_OUT)
                        .until(() -> !process.process().isAlive()
                                || process.output().stream().anyMatch(line -> line.contains("OutOf")));
                assertThat(process.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(process.process().exitValue()).isEqualTo(EXIT_CODE);
        }
    }
}
