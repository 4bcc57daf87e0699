package dev.waystate.server.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InsecureServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

class PortInUseAnalyzerTests {

    @Test
    void grpcPortThatAnotherProcessHasIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FailureAnalysis analysis = new PortInUseAnalyzer()
                    .analyze(new IllegalStateException(
                            "Failed to start the grpc server", startAt(taken.getLocalPort())));
            assertThat(analysis.getDescription())
                    .startsWith("grpc.server.port: ")
                    .contains(":" + taken.getLocalPort())
                    .contains("already in use");
            assertThat(analysis.getAction()).contains("grpc.server.port");
        }
    }

    @Test
    void otherPortsAreLeftToOthers() {
        assertThat(new PortInUseAnalyzer().analyze(new IllegalStateException(new BindException("HTTP port"))))
                .isNull();
    }

    private static IOException startAt(int port) {
        try {
            NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            InsecureServerCredentials.create())
                    .build()
                    .start()
                    .shutdownNow();
        } catch (IOException failure) {
            return failure;
        }
        throw new AssertionError("expected a port that is taken");
    }
}
