package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MetricsIT {

    @TempDir
    Path directory;

    @Test
    void aScrapeShowsTheCallsAndTheirSizes() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory);
                Client client = Client.of(server)) {
            client.displacement();
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(
                                    Client.get(server, "/actuator/prometheus").body())
                            .containsPattern(displacements("duration_seconds_count", "1"))
                            .containsPattern(displacements("rcvd_total_compressed_message_size_bytes_sum", "10.0"))
                            .containsPattern(displacements("sent_total_compressed_message_size_bytes_sum", "5.0")));
        }
    }

    private static String displacements(String meter, String value) {
        return "(?m)^grpc_server_call_" + meter
                + "\\{grpc_method=\"my_package.DisplacementService/computeDisplacement\",grpc_status=\"OK\",.*} "
                + Pattern.quote(value) + "$";
    }
}
