package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class HealthIT {

    private static final String READINESS = "/actuator/health/readiness";
    private static final String LIVENESS = "/actuator/health/liveness";

    @TempDir
    Path directory;

    @Test
    void httpAndEveryServiceSayThatItServes() throws Exception {
        ServerProcess server = ServerProcess.shared();
        try (Client client = Client.of(server)) {
            assertHttp(Client.get(server, READINESS), 200, "UP");
            assertHttp(Client.get(server, LIVENESS), 200, "UP");
            assertThat(client.health("")).isEqualTo(ServingStatus.SERVING);
            List<String> services = Reflection.v1(client.channel());
            assertThat(services).contains("my_package.DisplacementService", "my_package.RequestStreaming");
            assertThat(services)
                    .allSatisfy(service -> assertThat(client.health(service)).isEqualTo(ServingStatus.SERVING));
        }
    }

    @Test
    void unknownServiceIsNotFound() throws Exception {
        try (Client client = Client.of(ServerProcess.shared())) {
            assertThatThrownBy(() -> client.health("my_package.NoSuchService"))
                    .extracting(Status::fromThrowable)
                    .extracting(Status::getCode)
                    .isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void sigtermTurnsHealthEverywhereWhileCallsAreStillAnswered() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory, "--waystate.server.drain-delay=8s");
                Client client = Client.of(server);
                Client newcomer = Client.of(server)) {
            HealthWatch whole = HealthWatch.open(client.channel(), "");
            HealthWatch service = HealthWatch.open(client.channel(), "my_package.DisplacementService");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(List.of(whole.seen(), service.seen()))
                            .allSatisfy(seen -> assertThat(seen).endsWith(ServingStatus.SERVING)));

            server.process().destroy();

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(List.of(whole.seen(), service.seen()))
                            .allSatisfy(seen ->
                                    assertThat(seen).endsWith(ServingStatus.SERVING, ServingStatus.NOT_SERVING)));
            assertHttp(Client.get(server, READINESS), 503, "OUT_OF_SERVICE");
            assertHttp(Client.get(server, LIVENESS), 200, "UP");
            assertThat(newcomer.health("my_package.RequestStreaming")).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(newcomer.displacement()).isEqualTo(12.165525f);
            assertThat(server.process().waitFor(30, TimeUnit.SECONDS))
                    .as("the open Watch streams do not hold up the end")
                    .isTrue();
        }
    }

    private static void assertHttp(HttpResponse<String> response, int code, String status) {
        assertThat(response.statusCode()).isEqualTo(code);
        assertThat(response.body()).contains("\"status\":\"" + status + "\"");
    }
}
