package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Sets;
import dev.waystate.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the HTTP port and the jar say of the server, and what they do not. */
@Timeout(60)
class ExposureIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern HTTP_PORT = Pattern.compile("Tomcat started on port (\\d+) ");
    private static final Pattern INTERNALS =
            Pattern.compile("(?i)exception|\\tat |tomcat|spring|trace|java|waystate\\.jar|\\d+\\.\\d+\\.\\d+");

    @TempDir
    static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        server = ServerProcess.shared();
    }

    @Test
    void theActuatorShowsHealthAndPrometheus() throws Exception {
        Set<String> links = new TreeSet<>(
                JSON.readTree(get("/actuator").body()).get("_links").propertyNames());
        assertThat(links).containsExactly("health", "health-path", "prometheus", "self");
        assertThat(get("/actuator/prometheus").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auditevents",
                "beans",
                "caches",
                "conditions",
                "configprops",
                "env",
                "flyway",
                "heapdump",
                "httpexchanges",
                "info",
                "logfile",
                "loggers",
                "mappings",
                "metrics",
                "sbom",
                "sbom/application",
                "scheduledtasks",
                "shutdown",
                "startup",
                "threaddump"
            })
    void theActuatorShowsNothingElse(String id) throws Exception {
        assertThat(get("/actuator/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void healthIsOneWordWithoutDetails() throws Exception {
        assertThat(JSON.readTree(get("/actuator/health").body()))
                .isEqualTo(JSON.readTree("{\"status\":\"UP\",\"groups\":[\"liveness\",\"readiness\"]}"));
        assertThat(get("/actuator/health/db").statusCode()).isEqualTo(404);
        assertThat(get("/actuator/health/readiness").body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @Test
    void whatIsNotThereIsAnsweredWithoutInternals() throws Exception {
        HttpResponse<String> response = get("/no-such-page?x=%3Cscript%3E");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().map()).doesNotContainKeys("server", "x-powered-by");
        assertThat(JSON.readTree(response.body()).propertyNames())
                .containsExactlyInAnyOrder("type", "title", "status", "detail", "code");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /{a|b} HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
                "TRACE /actuator/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /actuator/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "\u0001\u0002 \r\n\r\n"
            })
    void whatIsNoRequestIsAnsweredWithoutInternals(String request) throws Exception {
        String response = send(request);
        assertThat(response).matches("(?s)HTTP/1.1 [45].*").doesNotContainIgnoringCase("\r\nserver:");
        String text = response.replaceAll("\"timestamp\":\"[^\"]*\"|(?m)^Date: .*$|HTTP/1.1", "");
        assertThat(INTERNALS.matcher(text).results().map(found -> found.group()))
                .as(response)
                .isEmpty();
    }

    /** Networks of containers have names with underscores. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "my_waystate",
                "my_waystate:8080",
                "a_b.c_d",
                "_a",
                "a_",
                "my-waystate",
                "127.0.0.1:8080",
                "[::1]"
            })
    void anyHostNameIsServed(String host) throws Exception {
        assertThat(send(readiness(host))).startsWith("HTTP/1.1 200 ");
    }

    /** The control. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "my_waystate:x",
                "my_waystate:80:90",
                "my waystate",
                "my_way/state",
                "my_way..state",
                "-my_waystate",
                "my_way@state",
                "my_waystät",
                "my_way\u0001state",
                "[::1_]"
            })
    void whatIsNoHostNameIsRefused(String host) throws Exception {
        assertThat(send(readiness(host))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void theActuatorsOwnPortTakesTheSameNames() throws Exception {
        Path data = Files.createDirectory(directory.resolve("own-port"));
        try (ServerProcess other = ServerProcess.start(data, "--management.server.port=0")) {
            int port = other.output().stream()
                    .map(HTTP_PORT::matcher)
                    .filter(Matcher::find)
                    .map(line -> Integer.parseInt(line.group(1)))
                    .filter(found -> found != other.httpPort())
                    .findFirst()
                    .orElseThrow();
            assertThat(send(port, readiness("my_waystate"))).startsWith("HTTP/1.1 200 ");
            assertThat(send(port, readiness("my way_state"))).startsWith("HTTP/1.1 400 ");
        }
    }

    private static String readiness(String host) {
        return "GET /actuator/health/readiness HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    private static String send(String request) throws IOException {
        return send(server.httpPort(), request);
    }

    private static String send(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theJarListsEveryLibraryThatItHasAndNoOther() throws Exception {
        List<String> components;
        Set<String> inTheJar;
        try (JarFile jar = new JarFile(ServerProcess.jar().toFile());
                InputStream bill = jar.getInputStream(jar.getEntry("META-INF/sbom/application.cdx.json"))) {
            components = JSON.readTree(bill)
                    .get("components")
                    .valueStream()
                    .map(ExposureIT::fileName)
                    .filter(name -> !name.startsWith("spring-boot-starter")) // these hold nothing
                    .toList();
            inTheJar = foreignClasses(jar);
        }
        assertThat(components)
                .anyMatch(name -> name.startsWith("netty-codec-http2-"))
                .anyMatch(name -> name.startsWith("protobuf-java-"))
                .anyMatch(name -> name.startsWith("sqlite-jdbc-"));

        Map<String, Path> libraries = Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")))
                .filter(name -> name.endsWith(".jar"))
                .collect(Collectors.toMap(name -> Path.of(name).getFileName().toString(), Path::of));
        Set<String> listed = new HashSet<>();
        for (String component : components) {
            assertThat(libraries).containsKey(component);
            try (JarFile library = new JarFile(libraries.get(component).toFile())) {
                listed.addAll(foreignClasses(library));
            }
        }
        assertThat(Sets.symmetricDifference(inTheJar, listed)).isEmpty();
    }

    private static Set<String> foreignClasses(JarFile jar) {
        return jar.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                .filter(name -> !name.startsWith("dev/waystate/"))
                .collect(Collectors.toSet());
    }

    private static String fileName(JsonNode component) {
        return component.get("name").asString() + "-" + component.get("version").asString() + ".jar";
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return Client.get(server, path);
    }
}
