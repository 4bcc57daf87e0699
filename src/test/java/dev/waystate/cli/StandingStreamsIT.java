package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that outlive a token, a silence and a cut. The server says what a test has it say, call after call. */
@Timeout(60)
class StandingStreamsIT {

    private static final Context.Key<String> AUTHORIZATION = Context.key("authorization");

    @TempDir
    private Path directory;

    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private Server server;

    /** A call of {@code Read} that a test answers. */
    private record Call(long after, String authorization, StreamObserver<ReadResponse> responses) {

        void send(long position) {
            responses.onNext(ReadResponse.newBuilder()
                    .setPosition(position)
                    .setBatch(RecordBatch.newBuilder()
                            .addRecords(Record.newBuilder().setPosition(position)))
                    .build());
        }

        void fail(Status status) {
            responses.onError(status.asRuntimeException());
        }

        void complete(long position) {
            responses.onNext(ReadResponse.newBuilder()
                    .setPosition(position)
                    .setCaughtUp(CaughtUp.getDefaultInstance())
                    .build());
            responses.onCompleted();
        }
    }

    @BeforeEach
    void startServer() throws IOException {
        server = NettyServerBuilder.forPort(0)
                .addService(new AnsweredByTheTest())
                .intercept(new AuthorizationKeeper())
                .build()
                .start();
    }

    @AfterEach
    void stopServer() {
        server.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--follow", "--after=0"})
    void streamThatIsCutGoesOnAfterTheLastPosition(String option) throws Exception {
        try (RunningCommand read = start("read", "--json", option)) {
            Call cut = call();
            cut.send(1);
            cut.send(2);
            cut.fail(Status.UNAVAILABLE);

            Call next = call();
            next.send(3);
            next.complete(3);

            assertThat(next.after()).isEqualTo(2);
            assertThat(read.await().outLines())
                    .extracting(StandingStreamsIT::position)
                    .containsExactly("1", "2", "3");
            assertThat(read.err()).startsWith("UNAVAILABLE: the server gave no reason. Trying again for up to 300 s.");
        }
    }

    @Test
    void tokenThatIsReplacedIsUsedForTheNextCallAndAStreamGoesOnWithIt() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "monday");
        try (RunningCommand read = start("read", "--json", "--follow", "--token-file", token.toString())) {
            Call first = call();
            first.send(1);
            await().until(() -> read.outLines().size() == 1);
            Files.writeString(token, "tuesday");
            first.fail(Status.UNAUTHENTICATED);

            Call second = call();
            second.complete(1);

            assertThat(List.of(first.authorization(), second.authorization()))
                    .containsExactly("Bearer monday", "Bearer tuesday");
            assertThat(second.after()).isEqualTo(1);
            assertThat(read.await().exitCode()).isZero();
        }
    }

    @Test
    void tokenThatIsTheSameIsNotTriedAgain() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "monday");
        try (RunningCommand read = start("read", "--follow", "--token-file", token.toString())) {
            call().fail(Status.UNAUTHENTICATED);

            assertThat(read.await().exitCode()).isEqualTo(64 + 16);
            assertThat(calls).isEmpty();
        }
    }

    @Test
    void silenceThatLastsLongerThanTheTimeoutEndsNoStream() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        try (RunningCommand read = start("read", "--json", "--follow", "--timeout", timeout.toMillis() + "ms")) {
            Call only = call();
            only.send(1);
            await().until(() -> read.outLines().size() == 1);
            long silent = System.nanoTime();
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            System.nanoTime() - silent > timeout.multipliedBy(4).toNanos());

            only.complete(1);

            assertThat(read.await().exitCode()).isZero();
            assertThat(calls).isEmpty();
            assertThat(read.err()).doesNotContain("Trying again");
        }
    }

    /** The other side of the silence: a server that does not even answer to a sign of life. */
    @Test
    void serverThatStandsStillIsGivenUp() throws Exception {
        try (ServerProcess frozen = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP);
                RunningCommand read = RunningCommand.start(
                        "read", "--follow", "--timeout=1s", "--retry-for=0s", "--target", frozen.target())) {
            await().atMost(Duration.ofSeconds(20)).until(() -> read.err().contains("caught up"));
            signal("STOP", frozen);

            CommandRun run = read.await();

            signal("CONT", frozen);
            assertThat(run.exitCode()).isEqualTo(64 + 14);
            assertThat(run.err()).contains("UNAVAILABLE: Keepalive failed");
        }
    }

    private void signal(String signal, ServerProcess process) throws Exception {
        CommandRun.of(
                directory,
                "",
                List.of("kill", "-" + signal, Long.toString(process.process().pid())));
    }

    private RunningCommand start(String... args) {
        return RunningCommand.startAt("localhost:" + server.getPort(), args);
    }

    private Call call() throws InterruptedException {
        Call call = calls.poll(20, TimeUnit.SECONDS);
        assertThat(call).as("a call within 20 s").isNotNull();
        return call;
    }

    private static String position(String json) {
        return json.replaceAll("\\{\"position\":(\\d+),.*", "$1");
    }

    private final class AnsweredByTheTest extends StateLogServiceImplBase {

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
            calls.add(new Call(request.getAfterPosition(), AUTHORIZATION.get(), responses));
        }
    }

    private static final class AuthorizationKeeper implements ServerInterceptor {

        private static final Metadata.Key<String> ENTRY =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            return Contexts.interceptCall(
                    Context.current().withValue(AUTHORIZATION, headers.get(ENTRY)), call, headers, next);
        }
    }
}
