package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do not come through the TLS handshake. */
@Timeout(60)
class HandshakeIT {

    @TempDir
    Path directory;

    @Test
    void theOperatorIsToldOnceAMinuteWhyOneFails() throws Exception {
        TlsFiles authority = TlsFiles.authority(directory, "authority");
        TlsFiles identity = authority.issue("server", kind -> kind.addSanDnsName("localhost"));
        try (ServerProcess server = ServerProcess.start(
                directory,
                "--waystate.security.tls.bundle=port",
                "--waystate.security.tls.client-auth=required",
                "--spring.ssl.bundle.pem.port.keystore.certificate=" + identity.certificate(),
                "--spring.ssl.bundle.pem.port.keystore.private-key=" + identity.key(),
                "--spring.ssl.bundle.pem.port.truststore.certificate=" + authority.certificate())) {
            probe(server.grpcPort());
            TlsClient foreign = TlsClient.of(
                    authority,
                    TlsFiles.authority(directory, "foreign-authority").issue("foreign"));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> foreign.serialNumberSeen(server.grpcPort()))
                        .isInstanceOf(IOException.class);
            }
            TlsClient.of(authority, authority.issue("client")).serialNumberSeen(server.grpcPort());

            await().atMost(Duration.ofSeconds(10)).until(() -> !told(server).isEmpty());
            assertThat(told(server)).singleElement().asString().contains("127.0.0.1", "PKIX");
        }
    }

    /** Connects and goes, as a health check does. */
    private static void probe(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    private static List<String> told(ServerProcess server) {
        return server.output().stream()
                .filter(line -> line.contains("The TLS handshake with"))
                .toList();
    }
}
