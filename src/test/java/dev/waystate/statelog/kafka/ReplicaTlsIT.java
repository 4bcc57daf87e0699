package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose brokers ask for certificates. */
class ReplicaTlsIT {

    @TempDir
    Path directory;

    @Test
    void newCertificatesAreUsedWhenTheirBundleIsReloaded() throws Exception {
        TlsFiles authority = TlsFiles.authority(directory, "authority");
        TlsFiles broker = authority.issue("broker");
        TlsFiles present = TlsFiles.authority(directory, "present").issue("client-present");
        TlsFiles next = TlsFiles.authority(directory, "next").issue("client-next");
        Path brokerStore = directory.resolve("broker-store.pem");
        Files.writeString(brokerStore, Files.readString(broker.key()) + Files.readString(broker.certificate()));
        Path trusted = Files.copy(directory.resolve("present.pem"), directory.resolve("trusted.pem"));
        use(present);
        try (KafkaBroker kafka = KafkaBroker.start(
                        directory.resolve("kafka"),
                        "listener.name.tls.ssl.client.auth=required",
                        "listener.name.tls.ssl.keystore.type=PEM",
                        "listener.name.tls.ssl.keystore.location=" + brokerStore,
                        "listener.name.tls.ssl.truststore.type=PEM",
                        "listener.name.tls.ssl.truststore.location=" + trusted);
                ServerProcess replica = ServerProcess.start(
                        directory,
                        ServerProcess.WITHOUT_HTTP,
                        "--waystate.state-log.kafka.topic=reports",
                        "--waystate.state-log.kafka.create-replicas=1",
                        "--spring.kafka.bootstrap-servers=" + kafka.securedBootstrap(),
                        "--spring.kafka.security.protocol=SSL",
                        "--spring.kafka.ssl.bundle=kafka",
                        "--spring.ssl.bundle.pem.kafka.reload-on-update=true",
                        "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "--spring.ssl.bundle.pem.kafka.keystore.certificate=" + directory.resolve("client.pem"),
                        "--spring.ssl.bundle.pem.kafka.keystore.private-key=" + directory.resolve("client.key"),
                        "--spring.ssl.bundle.pem.kafka.truststore.certificate=" + directory.resolve("authority.pem"))) {
            ManagedChannel channel = NettyChannelBuilder.forTarget(replica.target())
                    .usePlaintext()
                    .build();
            try {
                awaitAppend(channel, "a");
                kafka.kill();
                Files.copy(directory.resolve("next.pem"), trusted, StandardCopyOption.REPLACE_EXISTING);
                kafka.restart();
                // The control: with the certificate that it has, the replica does not get through.
                assertThat(append(channel, "b")).isEqualTo(Code.UNAVAILABLE);
                assertThat(append(channel, "b")).isEqualTo(Code.UNAVAILABLE);
                use(next);
                awaitAppend(channel, "b");
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private void use(TlsFiles client) throws Exception {
        Files.copy(client.key(), directory.resolve("client.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(client.certificate(), directory.resolve("client.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitAppend(ManagedChannel channel, String source) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> append(channel, source) == Code.OK);
    }

    private static Code append(ManagedChannel channel, String source) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(channel).append(recorder);
        requests.onNext(AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(1)
                .addReports(Report.getDefaultInstance())
                .build());
        requests.onCompleted();
        return recorder.awaitEnd().getCode();
    }
}
