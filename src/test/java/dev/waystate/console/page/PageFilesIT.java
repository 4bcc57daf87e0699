package dev.waystate.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;

/** What browsers get from the HTTP port, and what they are told that it may do. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "grpc.server.port=-1",
            "grpc.server.in-process-name=page-files",
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db"
        })
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
class PageFilesIT {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** A file that only the tests have. */
    private static final String FILE = "/css/test-only.css";

    @LocalServerPort
    int port;

    @Test
    void aFileIsAskedForAgainAndComesOnceForEachContent() throws Exception {
        HttpResponse<String> file = get(FILE);
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/css");
        assertThat(file.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(file.headers().firstValue("Last-Modified")).isEmpty();
        String etag = file.headers().firstValue("ETag").orElseThrow();
        assertThat(etag).matches("\"[0-9a-f]{32}\"");

        assertThat(get(FILE, "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get(FILE, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html"})
    void thePageMayRunItsOwnFilesAlone(String path) throws Exception {
        assertThat(get(path).headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; ")
                .contains("require-trusted-types-for 'script'", "frame-ancestors 'none'", "base-uri 'none'")
                .doesNotContain("unsafe", "*");
    }

    @ParameterizedTest
    @ValueSource(strings = {FILE, "/no-such-file", "/console/frames?after=x", "/actuator/health"})
    void nothingElseMayDoAnything(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .contains("default-src 'none'; frame-ancestors 'none'");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().map()).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/summary", "/api/records?follow=true", "/console/frames", "/actuator/health"})
    void anotherSitesPageGetsNothing(String path) throws Exception {
        HttpResponse<String> refused = get(path, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("Expected no request of another site's page");
    }

    @ParameterizedTest
    @CsvSource({"same-origin,cors", "none,navigate", "cross-site,navigate"})
    void thePageItselfAndLinksGetAnswers(String site, String mode) throws Exception {
        assertThat(get("/api/summary", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode)
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/application.yml",
                "/css/",
                "/css/../application.yml",
                "/css/%2e%2e/%2e%2e/application.yml",
                "/META-INF/build-info.properties",
                "/db/migration",
                "/dev/waystate/WaystateApplication.class",
                "/static/css/test-only.css",
                "/webjars/uplot/1.6.30/package.json",
                "/webjars/",
                "/api/..;/application.yml"
            })
    void nothingElseIsServed(String path, CapturedOutput output) throws Exception {
        assertThat(get(path).statusCode()).isIn(400, 404);
        assertThat(output).doesNotContain("Path contains"); // a line for each request, of Spring
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.html", "/js/stacked-plot.js"})
    void theLibraryIsAskedForInTheVersionOfTheBuild(String path) throws Exception {
        String version = Pattern.compile("<uplot.version>(.*)</uplot.version>")
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(Pattern.compile("webjars/uplot/([^/]*)/")
                        .matcher(get(path).body())
                        .results())
                .extracting(found -> found.group(1))
                .containsExactly(version);
    }

    @Nested
    @TestPropertySource(properties = {"waystate.console.enabled=false", "grpc.server.in-process-name=page-files-off"})
    class WithoutTheConsole {

        @LocalServerPort
        int port;

        @ParameterizedTest
        @ValueSource(
                strings = {"/", "/index.html", FILE, "/console/frames", "/webjars/uplot/1.6.30/dist/uPlot.min.css"})
        void nothingIsServedButHealthAndMetrics(String path) throws Exception {
            assertThat(PageFilesIT.get(port, path).statusCode()).isEqualTo(404);
            assertThat(PageFilesIT.get(port, "/actuator/health").statusCode()).isEqualTo(200);
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return get(port, path, headers);
    }

    private static HttpResponse<String> get(int port, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }
}
