package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client in Go that knows nothing but the address: it learns the contract by reflection. */
@Timeout(90)
class BufCurlIT {

    @TempDir
    Path directory;

    private ServerProcess server;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Command.isOnPath("buf"), "buf is not on the PATH: npm package @bufbuild/buf");
        server = ServerProcess.shared();
    }

    @Test
    void displacementIsComputed() throws Exception {
        assertThat(call(
                        "my_package.DisplacementService/computeDisplacement",
                        "{\"start\": {\"x\": 0, \"y\": 12}, \"end\": {\"x\": 12, \"y\": 14}}"))
                .isEqualToIgnoringWhitespace("{\"distance\": 12.165525}");
    }

    @Test
    void streamOfReportsIsAnswered() throws Exception {
        assertThat(call(
                        "my_package.RequestStreaming/stream_state",
                        "{\"status\": \"OK\"} {\"status\": \"STARVED\", \"info\": \"no grass\"} {\"status\": 77}"))
                .isEqualToIgnoringWhitespace("{}");
    }

    private String call(String method, String requests) throws Exception {
        String url = "http://localhost:" + server.grpcPort() + "/" + method;
        List<String> words =
                List.of("buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", requests, url);
        try (Command buf = Command.start(directory, words)) {
            assertThat(buf.awaitExit(Duration.ofSeconds(30))).as(buf.output()).isZero();
            return buf.output();
        }
    }
}
