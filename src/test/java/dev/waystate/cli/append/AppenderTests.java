package dev.waystate.cli.append;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.Recorder;
import dev.waystate.cli.connection.Backoff;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.connection.Timeouts;
import dev.waystate.cli.input.Feed;
import dev.waystate.cli.output.Progress;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AppenderTests {

    private static final Timeouts TIMEOUTS = new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(3));

    private final String name = InProcessServerBuilder.generateName();
    private final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    private Server server;

    @BeforeEach
    void startServer() throws Exception {
        server = InProcessServerBuilder.forName(name)
                .addService(new SilentLog())
                .build()
                .start();
    }

    @AfterEach
    void stopServer() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** The window would have room for their reports of a minute and a half. */
    @Test
    void serverThatAcknowledgesNothingIsGivenUpThoughReportsKeepComing() {
        Retries never = new Retries(Duration.ZERO, new Backoff(() -> 0), System::nanoTime, () -> false, outage -> {});
        try (Feed<Report> sensor = Feed.start(Stream.generate(AppenderTests::report));
                Progress progress = Progress.of("Durable")) {
            Appender appender = new Appender(
                    StateLogServiceGrpc.newStub(channel), TIMEOUTS, "cow", sensor, durable -> 1, never, progress);

            assertThatThrownBy(appender::run).hasMessageContaining("DEADLINE_EXCEEDED: no progress in time");
        }
    }

    private static Report report() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        return Report.getDefaultInstance();
    }

    /** Says where to resume, and nothing more. */
    private static final class SilentLog extends StateLogServiceImplBase {

        @Override
        public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
            responses.onNext(AppendResponse.getDefaultInstance());
            return new Recorder<>();
        }
    }
}
