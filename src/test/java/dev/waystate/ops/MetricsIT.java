package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares a scrape with src/docs/metrics.md. */
@Timeout(120)
class MetricsIT {

    private static final Path PAGE = Path.of("src/docs/metrics.md");
    private static final String REPLICAS = "## Replicas, too";
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\| \\S.*? \\| ([^|]*)\\| \\S.* \\|$");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ((?:waystate|grpc)_\\w+) (\\w+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    /** The labels that say who measured, and those of a bucket. */
    private static final Set<String> OTHER_LABELS = Set.of("instrumentation_source", "instrumentation_version", "le");

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Client client;

    /** A row of the table. */
    private record Metric(String type, Set<String> labels) {}

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(directory);
        client = Client.of(server);
        client.displacement();
        client.streamState(3);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        client.close();
        server.close();
    }

    @Test
    void aScrapeShowsTheCallsAndTheirSizes() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(scrape(server))
                        .containsPattern(displacements("duration_seconds_count", "1"))
                        .containsPattern(displacements("rcvd_total_compressed_message_size_bytes_sum", "10.0"))
                        .containsPattern(displacements("sent_total_compressed_message_size_bytes_sum", "5.0")));
    }

    @Test
    void aScrapeShowsWhatTheLogHolds() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(scrape(server))
                        .contains(
                                "\nwaystate_ready 1.0\n",
                                "\nwaystate_log_head_position 3.0\n",
                                "\nwaystate_log_earliest_position 1.0\n",
                                "\nwaystate_log_commit_reports_sum 3.0\n",
                                "\nwaystate_sources{status=\"TIRED\"} 1.0\n",
                                "\nwaystate_sources{status=\"other\"} 0.0\n")
                        .containsPattern("\nwaystate_log_database_bytes [1-9]")
                        .containsPattern("\nwaystate_log_wal_bytes [1-9]")
                        .containsPattern("\nwaystate_log_disk_free_bytes [1-9]"));
    }

    @Test
    void theTableHasWhatAServerShowsAndNothingElse() throws Exception {
        assertThat(shown(scrape(server)))
                .isEqualTo(documented(Files.readString(PAGE).split(REPLICAS)[0]))
                .hasSizeGreaterThan(20);
    }

    @Test
    void theTableHasWhatAReplicaShowsMore() throws Exception {
        try (ServerProcess replica = ServerProcess.start(
                Files.createDirectory(directory.resolve("replica")),
                "--waystate.state-log.kafka.topic=metrics",
                "--spring.kafka.bootstrap-servers=127.0.0.1:1")) { // nobody answers there
            Map<String, Metric> more = shown(scrape(replica));
            more.keySet().removeIf(name -> !name.startsWith("waystate_replica_"));
            assertThat(more)
                    .isEqualTo(documented(Files.readString(PAGE).split(REPLICAS)[1]))
                    .hasSizeGreaterThan(5);
            assertThat(shown(scrape(replica)))
                    .containsKeys("waystate_log_commit_seconds", "waystate_log_queue_batches");
        }
    }

    @Test
    void everyMetricHasADescription() throws Exception {
        String scrape = scrape(server);
        assertThat(shown(scrape).keySet())
                .allSatisfy(name -> assertThat(scrape).containsPattern("(?m)^# HELP " + name + " \\S.*$"));
    }

    @Test
    void prometheusTakesTheScrapeAndAnswersQuestions() throws Exception {
        assumeThat(Command.isOnPath("prometheus")).as("prometheus is installed").isTrue();
        Path home = Files.createDirectory(directory.resolve("prometheus"));
        Path settings = Files.writeString(home.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: waystate
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(server.httpPort()));
        int port = freePort();
        try (Command prometheus = Command.start(
                home,
                List.of(
                        "prometheus",
                        "--config.file=" + settings,
                        "--storage.tsdb.path=" + home.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port))) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> !prometheus.process().isAlive() || answer(port, "waystate_ready") == 1);
            assertThat(prometheus.process().isAlive()).as(prometheus.output()).isTrue();
            assertThat(answer(port, "up{job=\"waystate\"}")).isEqualTo(1);
            assertThat(answer(port, "waystate_log_head_position")).isEqualTo(3);
            assertThat(answer(port, "histogram_quantile(0.99, sum by (le) (waystate_log_commit_seconds_bucket))"))
                    .isBetween(0.0, 10.0);
        }
    }

    /** Returns the value of the one series that a question gives. */
    private static double answer(int port, String query) throws IOException, InterruptedException {
        URI uri = URI.create(
                "http://127.0.0.1:" + port + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        String body = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
        JsonNode result = JsonMapper.builder().build().readTree(body).at("/data/result");
        assertThat(result).as(body).hasSize(1);
        return Double.parseDouble(result.at("/0/value/1").asString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String scrape(ServerProcess server) throws IOException, InterruptedException {
        return Client.get(server, "/actuator/prometheus").body();
    }

    /** Reads the table's rows, and for each histogram also its maximum. */
    private static Map<String, Metric> documented(String page) {
        Map<String, Metric> metrics = new TreeMap<>();
        ROW.matcher(page).results().forEach((MatchResult row) -> {
            Set<String> labels = Arrays.stream(row.group(3).split("[`, ]+"))
                    .filter(label -> !label.isBlank())
                    .collect(Collectors.toCollection(TreeSet::new));
            metrics.put(row.group(1), new Metric(row.group(2), labels));
            if (row.group(2).equals("histogram")) {
                metrics.put(row.group(1) + "_max", new Metric("gauge", labels));
            }
        });
        return metrics;
    }

    private static Map<String, Metric> shown(String scrape) {
        Map<String, Metric> metrics = new TreeMap<>();
        TYPE.matcher(scrape).results().forEach((MatchResult type) -> {
            Set<String> labels = scrape.lines()
                    .filter(line -> line.matches(type.group(1) + "(_bucket|_count|_sum)?\\{.*"))
                    .flatMap(line -> LABEL.matcher(line).results().map(label -> label.group(1)))
                    .filter(label -> !OTHER_LABELS.contains(label))
                    .collect(Collectors.toCollection(TreeSet::new));
            metrics.put(type.group(1), new Metric(type.group(2), labels));
        });
        return metrics;
    }

    private static String displacements(String meter, String value) {
        return "(?m)^grpc_server_call_" + meter
                + "\\{grpc_method=\"my_package.DisplacementService/computeDisplacement\",grpc_status=\"OK\",.*} "
                + Pattern.quote(value) + "$";
    }
}
