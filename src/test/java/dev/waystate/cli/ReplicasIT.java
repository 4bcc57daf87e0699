package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.Attributes;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands over two addresses with one port. Two embedded servers have two logs: where the log matters, the second server
 * comes up on the files of the first one, once that was killed. What a replica says of itself is said by {@link Replica}.
 */
@Timeout(120)
class ReplicasIT {

    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final String NAME = "waystate.test";
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
    private static final int CALLS = 200;

    @TempDir
    private Path directory;

    private int sent;

    @Test
    void unaryCallsTakeTurns() throws Exception {
        CountDownLatch connected = new CountDownLatch(2);
        try (Replica one = Replica.start(ONE, 0, connected, null);
                Replica other = Replica.start(OTHER, one.port(), connected, null)) {
            CommandRun run = runOverName(one.port(), displacements());

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(one.calls() + other.calls()).isEqualTo(CALLS);
            assertThat(List.of(one.calls(), other.calls())).allMatch(calls -> calls > CALLS / 4);
        }
    }

    @Test
    void unaryCallThatOneReplicaCannotTakeIsMadeAtTheOther() throws Exception {
        CountDownLatch connected = new CountDownLatch(2);
        try (Replica one = Replica.start(ONE, 0, connected, Status.UNAVAILABLE.asRuntimeException());
                Replica other = Replica.start(OTHER, one.port(), connected, null)) {
            CommandRun run = runOverName(one.port(), displacements());
            CommandRun alone = run("displace", "0,0", "3,4", "--target", one.target());

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(other.calls()).isEqualTo(CALLS);
            assertThat(one.calls()).isPositive();
            assertThat(alone.exitCode()).isEqualTo(64 + 14);
        }
    }

    @Test
    void replicaThatDoesNotServeIsLeftOut() throws Exception {
        CountDownLatch connected = new CountDownLatch(2);
        try (Replica one = Replica.start(ONE, 0, connected, null);
                Replica other = Replica.start(OTHER, one.port(), connected, null)) {
            one.turn(ServingStatus.NOT_SERVING);

            CommandRun run = runOverName(one.port(), displacements());

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(one.calls()).isZero();
            assertThat(other.calls()).isEqualTo(CALLS);
        }
    }

    @Test
    void streamThatOneReplicaRefusesGoesToTheNext() throws Exception {
        CountDownLatch connected = new CountDownLatch(2);
        StatusRuntimeException refusal = Status.UNAVAILABLE.asRuntimeException();
        try (Replica one = Replica.start(ONE, 0, connected, refusal);
                Replica other = Replica.start(OTHER, one.port(), connected, refusal);
                RunningProgram read = startOverName(one.port(), "read", "--follow")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> one.calls() + other.calls() > 7);

            List<Long> calls = one.times();
            List<Long> others = other.times();
            List<Boolean> turns = Stream.concat(calls.stream(), others.stream())
                    .sorted()
                    .skip(1) // the replica that was connected first
                    .map(calls::contains)
                    .toList();
            assertThat(turns).as(read::err).doesNotContainSequence(true, true).doesNotContainSequence(false, false);
        }
    }

    @Test
    void commandsWorkWhileOneReplicaIsLeft() throws Exception {
        try (ReturningServer server = ReturningServer.start(directory, address(OTHER))) {
            String one = ONE + ":" + server.port();
            String list = one + "," + OTHER + ":" + server.port();
            for (String command : List.of("sources", "summary", "health", "displace 0,0 3,4", "report --status OK")) {
                CommandRun overName = runOverName(server.port(), command.split(" "));
                CommandRun overList = run((command + " --target " + list).split(" "));
                CommandRun atTheDeadOne = run((command + " --target " + one).split(" "));

                assertThat(overName.exitCode()).as(overName.err()).isZero();
                assertThat(overList.exitCode()).as(overList.err()).isZero();
                assertThat(atTheDeadOne.exitCode()).isEqualTo(64 + 14);
            }
        }
    }

    @Test
    void standingStreamsGoOnAtTheOtherReplica() throws Exception {
        try (ReturningServer server = ReturningServer.start(directory, address(ONE));
                RunningProgram follower = startOverName(server.port(), "read", "--follow", "--json");
                RunningProgram append = startOverName(server.port(), "append", "--source=cow-7", "-")) {
            send(append);
            awaitPosition(follower, 1);

            for (String address : List.of(OTHER, ONE, OTHER)) {
                send(append);
                server.kill(); // what was sent last may be on its way, or stored
                server.comeBack(address(address));
                send(append);
                awaitPosition(follower, sent);
            }

            append.closeInput();
            assertThat(append.exitCode()).as(append.err()).isZero();
            assertThat(append.outLines())
                    .containsExactly("stored " + sent + ", already there 0, durable sequence " + sent);
            assertThat(follower.outLines().stream().map(ReplicasIT::position))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, sent).boxed().toList());
        }
    }

    private void send(RunningProgram append) throws IOException {
        append.write("OK\n".repeat(500));
        sent += 500;
    }

    @ParameterizedTest
    @ValueSource(strings = {"append --source=cow-7 -", "read --follow --after=0"})
    void replicaThatAsksForTimeIsGivenItAndTheOtherIsTaken(String command) throws Exception {
        StatusRuntimeException busy = StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Code.UNAVAILABLE_VALUE)
                .addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(RETRY_DELAY.toSeconds()))
                        .build()))
                .build());
        try (Replica busyOne = Replica.start(ONE, 0, new CountDownLatch(0), busy);
                RunningProgram stream = startOverName(busyOne.port(), command.split(" "))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> busyOne.calls() > 2);

            assertThat(busyOne.pauses()).allSatisfy(pause -> assertThat(pause).isGreaterThanOrEqualTo(RETRY_DELAY));
            try (ReturningServer other = ReturningServer.start(busyOne.port(), directory, address(OTHER))) {
                stream.closeInput();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> command.startsWith("append")
                                ? stream.outLines().contains("stored 0, already there 0, durable sequence 0")
                                : stream.err().contains("caught up at position 0"));
            }
        }
    }

    private static void awaitPosition(RunningProgram follower, long position) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(follower.outLines()).as(follower::err).hasSizeGreaterThanOrEqualTo((int) position));
    }

    private static long position(String json) {
        return Long.parseLong(json.replaceAll("\\{\"position\":(\\d+),.*", "$1"));
    }

    private static String address(String address) {
        return "--grpc.server.address=" + address;
    }

    private static String[] displacements() {
        List<String> words = new ArrayList<>(List.of("displace"));
        words.addAll(Collections.nCopies(2 * CALLS, "0,0"));
        return words.toArray(String[]::new);
    }

    private static CommandRun run(String... args) {
        return CommandRun.of(args);
    }

    private CommandRun runOverName(int port, String... args) throws Exception {
        return CommandRun.of(directory, "", overName(port, args));
    }

    private RunningProgram startOverName(int port, String... args) throws IOException {
        return RunningProgram.start(directory, overName(port, args));
    }

    /** Returns the words of a command whose JVM knows a name with both addresses. */
    private List<String> overName(int port, String... args) throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), ONE + " " + NAME + "\n" + OTHER + " " + NAME + "\n");
        List<String> words = ServerProcess.command(args);
        words.add(1, "-Djdk.net.hosts.file=" + hosts);
        words.addAll(List.of("--target", "dns:///" + NAME + ":" + port));
        return words;
    }

    /** A server that counts its calls, and answers them once both are connected, or fails each of them. */
    private record Replica(Server server, HealthStatusManager health, List<Long> times) implements AutoCloseable {

        static Replica start(
                String address, int port, CountDownLatch connected, @Nullable StatusRuntimeException failure)
                throws IOException {
            HealthStatusManager health = new HealthStatusManager();
            List<Long> times = Collections.synchronizedList(new ArrayList<>());
            Server server = NettyServerBuilder.forAddress(new InetSocketAddress(address, port))
                    .addService(health.getHealthService())
                    .addService(new Counting(connected, times, failure))
                    .addService(new Failing(connected, times, failure))
                    .addTransportFilter(new FirstConnection(connected))
                    .build()
                    .start();
            return new Replica(server, health, times);
        }

        int port() {
            return server.getPort();
        }

        String target() {
            return ONE + ":" + port();
        }

        void turn(ServingStatus status) {
            health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        }

        int calls() {
            return times.size();
        }

        /** Returns how far apart the calls came. */
        List<Duration> pauses() {
            List<Long> calls = List.copyOf(times);
            return IntStream.range(1, calls.size())
                    .mapToObj(i -> Duration.ofNanos(calls.get(i) - calls.get(i - 1)))
                    .toList();
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }

    private static final class FirstConnection extends ServerTransportFilter {

        private final AtomicInteger connections = new AtomicInteger();
        private final CountDownLatch connected;

        FirstConnection(CountDownLatch connected) {
            this.connected = connected;
        }

        @Override
        public Attributes transportReady(Attributes attributes) {
            if (connections.getAndIncrement() == 0) {
                connected.countDown();
            }
            return attributes;
        }
    }

    private static final class Counting extends DisplacementServiceImplBase {

        private final CountDownLatch connected;
        private final List<Long> times;
        private final @Nullable StatusRuntimeException failure;

        Counting(CountDownLatch connected, List<Long> times, @Nullable StatusRuntimeException failure) {
            this.connected = connected;
            this.times = times;
            this.failure = failure;
        }

        @Override
        public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
            times.add(System.nanoTime());
            Uninterruptibles.awaitUninterruptibly(connected);
            if (failure == null) {
                responses.onNext(DisplacementResponse.getDefaultInstance());
                responses.onCompleted();
            } else {
                responses.onError(failure);
            }
        }
    }

    private static final class Failing extends StateLogServiceImplBase {

        private final CountDownLatch connected;
        private final List<Long> times;
        private final @Nullable StatusRuntimeException failure;

        Failing(CountDownLatch connected, List<Long> times, @Nullable StatusRuntimeException failure) {
            this.connected = connected;
            this.times = times;
            this.failure = failure;
        }

        @Override
        public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
            fail(responses);
            return new Recorder<>();
        }

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
            fail(responses);
        }

        private void fail(StreamObserver<?> responses) {
            times.add(System.nanoTime());
            Uninterruptibles.awaitUninterruptibly(connected);
            responses.onError(failure == null ? Status.UNIMPLEMENTED.asRuntimeException() : failure);
        }
    }
}
