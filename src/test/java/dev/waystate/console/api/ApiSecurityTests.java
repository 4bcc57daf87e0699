package dev.waystate.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;

@ApiTest
@TestPropertySource(
        properties = {
            "waystate.security.callers[0].name=reader",
            "waystate.security.callers[0].tokens=" + ApiSecurityTests.TOKEN,
            "waystate.security.callers[0].permissions=state:read",
            "waystate.security.refused-rate=1",
            "waystate.security.refused-burst=3"
        })
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class ApiSecurityTests {

    static final String TOKEN = "reader-token-0123456789";

    private static final String[] AUTHORIZED = {"Authorization", "Bearer " + TOKEN};
    private static final int ATTEMPTS = 10;

    @Autowired
    Api api;

    @Test
    void withoutATokenTheKindOfCredentialIsNamed() {
        HttpResponse<String> answer = api.get("/api/sources");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
        ApiDescription.check("/api/sources", answer);
    }

    @Test
    void everyPathAsksForAToken() {
        for (String path : Endpoints.paths()) {
            String query = switch (path) {
                case "/api/displacement" -> "?start=0,0&end=1,1";
                case "/api/sources/records", "/api/sources/transitions" -> "?name=cow-7";
                default -> "";
            };
            assertThat(api.get(path.replace("{name}", "cow-7") + query).statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    @Test
    void callerHasThePermissionsThatItHasOverGrpc() {
        assertThat(api.get("/api/sources", AUTHORIZED).statusCode()).isEqualTo(200);
        assertThat(api.get("/api/displacement?start=0,0&end=1,1", AUTHORIZED).statusCode())
                .isEqualTo(403);
    }

    @Test
    void twoTokensAreNone() {
        assertThat(api.get("/api/sources", AUTHORIZED[0], AUTHORIZED[1], AUTHORIZED[0], AUTHORIZED[1])
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void wrongTokensCountForTheNetworkThatSendsThemAlone() throws Exception {
        String last = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            last = answer("127.0.0.3", "wrong-token-0123456789");
        }
        assertThat(last).startsWith("HTTP/1.1 429").containsIgnoringCase("\r\nRetry-After: 1\r\n");
        assertThat(answer("127.0.0.3", TOKEN)).as("one that is right").startsWith("HTTP/1.1 200");
        assertThat(answer("127.0.0.4", "wrong-token-0123456789"))
                .as("one from elsewhere")
                .startsWith("HTTP/1.1 401");
    }

    private String answer(String from, String token) throws Exception {
        try (Socket socket = api.connect(from, "/api/sources", "Authorization: Bearer " + token, "Connection: close")) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void startWarnsOfTokensThatAreNotEncrypted(CapturedOutput output) {
        assertThat(output.getAll()).containsOnlyOnce("Tokens are not encrypted on their way to the HTTP port");
    }
}
