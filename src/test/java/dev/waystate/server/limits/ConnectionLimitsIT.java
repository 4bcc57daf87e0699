package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection may do, and what one may do where the limit is lifted. */
@Timeout(60)
class ConnectionLimitsIT {

    private static final int FLOOD = 500;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final byte[] PREFACE_AND_SETTINGS =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void aFloodOfSilentConnectionsIsCappedAndThenReaped() throws IOException {
        try (LimitedServer server = LimitedServer.start("connections=50", "handshake-timeout=10s")) {
            List<Socket> flood = flood(server);
            await().atMost(SOON).until(() -> server.refused("connections") == FLOOD - 49);
            assertThat(flood.stream().filter(ConnectionLimitsIT::isOpen)).hasSize(49);
            server.assertNeighbourUnharmed();
            await().atMost(SOON).until(() -> flood.stream().noneMatch(ConnectionLimitsIT::isOpen));
            assertThat(displacement(server.channel())).isZero();
            server.assertNeighbourUnharmed();
        }
    }

    @Test
    void withoutLimitsTheFloodStays() throws IOException {
        try (LimitedServer server = LimitedServer.start("connections=1000000", "handshake-timeout=10m")) {
            List<Socket> flood = flood(server);
            await().during(Duration.ofSeconds(3))
                    .atMost(SOON)
                    .until(() -> flood.stream().allMatch(ConnectionLimitsIT::isOpen));
            assertThat(server.refused("connections")).isZero();
        }
    }

    @Test
    void idleConnectionsAreClosedAndNoticeOnlyThatTheyReconnect() {
        try (LimitedServer server = LimitedServer.start("connection-idle=500ms")) {
            ManagedChannel idle = server.channel();
            displacement(idle);
            await().atMost(SOON).until(() -> idle.getState(false) == ConnectivityState.IDLE);
            assertThat(displacement(idle)).isZero();
            server.assertNeighbourUnharmed();
        }
    }

    @Test
    void withoutALimitIdleConnectionsStay() {
        try (LimitedServer server = LimitedServer.start("connection-idle=0s")) {
            ManagedChannel idle = server.channel();
            displacement(idle);
            await().during(Duration.ofSeconds(2))
                    .atMost(SOON)
                    .until(() -> idle.getState(false) == ConnectivityState.READY);
        }
    }

    @Test
    void oldConnectionsTakeNoNewCallsAndKeepTheirStreams() {
        try (LimitedServer server = LimitedServer.start("connection-age=300ms")) {
            ManagedChannel channel = server.channel();
            Recorder<Data, Empty> recorder = new Recorder<>();
            StreamObserver<Data> reports = RequestStreamingGrpc.newStub(channel).streamState(recorder);
            int before = server.connectionsSoFar();
            await().pollInterval(Duration.ofMillis(50))
                    .during(Duration.ofSeconds(2))
                    .atMost(SOON)
                    .until(() -> {
                        reports.onNext(Data.getDefaultInstance());
                        return displacement(channel) == 0 && !recorder.hasEnded();
                    });
            assertThat(server.connectionsSoFar()).isGreaterThan(before + 2);
            reports.onCompleted();
            assertThat(recorder.awaitEnd()).isEqualTo(Status.OK);
            server.assertNeighbourUnharmed();
        }
    }

    @Test
    void aGraceForOldConnectionsCutsTheirStreamsOff() {
        try (LimitedServer server = LimitedServer.start("connection-age=300ms", "connection-age-grace=300ms")) {
            Recorder<Data, Empty> recorder = new Recorder<>();
            RequestStreamingGrpc.newStub(server.channel()).streamState(recorder).onNext(Data.getDefaultInstance());
            assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
            await().atMost(SOON).until(() -> server.stateLog().head() == 1);
        }
    }

    @Test
    void whoGivesNoSignOfLifeIsDisconnected() throws IOException {
        String[] keepalive = {"keepalive-time=1s", "keepalive-timeout=1s"};
        try (LimitedServer server = LimitedServer.start(keepalive);
                LimitedServer patient = LimitedServer.start()) {
            Socket kept = connect(patient);
            kept.getOutputStream().write(PREFACE_AND_SETTINGS);
            Socket dead = connect(server);
            dead.getOutputStream().write(PREFACE_AND_SETTINGS);
            Socket halfFrame = connect(server);
            halfFrame.getOutputStream().write(PREFACE_AND_SETTINGS);
            halfFrame.getOutputStream().write(new byte[] {0, 0x40, 0, 0}); // says that 16,384 bytes follow
            await().atMost(SOON).until(() -> !isOpen(dead) && !isOpen(halfFrame));
            assertThat(isOpen(kept)).isTrue();
            server.assertNeighbourUnharmed();
        }
    }

    @Test
    void callsBeyondTheLimitOfAConnectionWaitForTheOthersToEnd() {
        try (LimitedServer server = LimitedServer.start("calls-per-connection=2")) {
            Channel channel = server.channel();
            displacement(channel); // the client knows the limit once it has heard from the server
            List<StreamObserver<Data>> streams = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                streams.add(RequestStreamingGrpc.newStub(channel).streamState(new Recorder<>()));
            }
            assertOpenStreams(server, 2);
            streams.get(0).onCompleted();
            assertOpenStreams(server, 2);
            streams.get(1).onCompleted();
            assertOpenStreams(server, 1);
            server.assertNeighbourUnharmed();
        }
    }

    @Test
    void byDefaultTheyDoNot() {
        try (LimitedServer server = LimitedServer.start()) {
            Channel channel = server.channel();
            for (int i = 0; i < 3; i++) {
                RequestStreamingGrpc.newStub(channel).streamState(new Recorder<>());
            }
            assertOpenStreams(server, 3);
        }
    }

    @Test
    void messagesAndMetadataBeyondTheirSizesFailTheirCallsAlone() {
        Data large = Data.newBuilder().setInfo("x".repeat(1_500_000)).build();
        Data bomb = Data.newBuilder().setInfo("x".repeat(50_000_000)).build();
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("big", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(20_000));
        try (LimitedServer server = LimitedServer.start();
                LimitedServer lavish = LimitedServer.start("message-size=64MB", "metadata-size=64KB")) {
            assertThat(send(server, large, null).getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(send(server, bomb, "gzip").getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(metadataStatus(server, metadata).getCause())
                    .as("the limit is announced, and this client keeps to it")
                    .hasMessageContaining("max allowed size (8192)");
            server.assertNeighbourUnharmed();

            // These get as far as the service, which does not like such a long info.
            assertThat(send(lavish, large, null).getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(send(lavish, bomb, "gzip").getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(metadataStatus(lavish, metadata)).isEqualTo(Status.OK);
        }
    }

    private static Status send(LimitedServer server, Data message, String compression) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        RequestStreamingGrpc.RequestStreamingStub stub = RequestStreamingGrpc.newStub(server.channel());
        StreamObserver<Data> reports =
                (compression == null ? stub : stub.withCompression(compression)).streamState(recorder);
        reports.onNext(message);
        reports.onCompleted();
        return recorder.awaitEnd();
    }

    private static Status metadataStatus(LimitedServer server, Metadata metadata) {
        try {
            DisplacementServiceGrpc.newBlockingStub(server.channel())
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .computeDisplacement(Displacement.getDefaultInstance());
            return Status.OK;
        } catch (StatusRuntimeException failure) {
            return failure.getStatus();
        }
    }

    private static float displacement(Channel channel) {
        return DisplacementServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance())
                .getDistance();
    }

    private static void assertOpenStreams(LimitedServer server, int number) {
        await().during(Duration.ofMillis(300))
                .atMost(SOON)
                .until(() -> server.openCalls(RequestStreamingGrpc.getStreamStateMethod()) == number);
    }

    private static List<Socket> flood(LimitedServer server) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            sockets.add(connect(server));
        }
        return sockets;
    }

    private static Socket connect(LimitedServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(1);
        return socket;
    }

    /** Reads what there is, and returns whether there may be more. */
    private static boolean isOpen(Socket socket) {
        try {
            int read = 0;
            while (read >= 0) {
                read = socket.getInputStream().read();
            }
            return false;
        } catch (SocketTimeoutException open) {
            return true;
        } catch (IOException reset) {
            return false;
        }
    }
}
