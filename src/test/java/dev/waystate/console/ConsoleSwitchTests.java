package dev.waystate.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.server.calls.InProcessServer;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.annotation.DirtiesContext;

@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "grpc.server.port=-1",
            "grpc.server.in-process-name=${random.uuid}",
            "waystate.console.enabled=false",
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db"
        })
@DirtiesContext
@Timeout(60)
class ConsoleSwitchTests {

    @LocalServerPort
    int port;

    @Autowired
    ApplicationContext application;

    @Test
    void withoutTheConsoleNoSecondServerRuns() {
        assertThat(application.getBeansOfType(InProcessServer.class)).isEmpty();
        assertThat(application.getBeansOfType(ManagedChannel.class)).isEmpty();
    }

    @Test
    void withoutTheConsoleThereAreHealthAndMetricsAlone() throws Exception {
        for (String path : new String[] {"/", "/index.html", "/openapi.yaml", "/api/sources", "/api/records", "/api"}) {
            assertThat(status(path)).as(path).isEqualTo(404);
        }
        assertThat(status("/actuator/health")).isEqualTo(200);
        assertThat(status("/actuator/prometheus")).isEqualTo(200);
    }

    private int status(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    @ParameterizedTest
    @CsvSource({
        "none, , , false",
        "optional, , , false",
        "required, , , true",
        "'required ', , , true",
        "required, want, , true",
        "required, need, no, true",
        "REQUIRED, need, yes, false",
        "REQUIRED, 'NEED ', , false"
    })
    void httpPortIsNoWayRoundTheCertificatesOfTheGrpcPort(String grpc, String http, String ssl, boolean open) {
        MockEnvironment environment = new MockEnvironment().withProperty("waystate.security.tls.client-auth", grpc);
        if (http != null) {
            environment.setProperty("server.ssl.client-auth", http);
        }
        if (ssl != null) {
            environment.setProperty("server.ssl.enabled", ssl);
        }

        assertThat(HttpCertificateCondition.admitsMoreThanGrpc(environment)).isEqualTo(open);
    }
}
