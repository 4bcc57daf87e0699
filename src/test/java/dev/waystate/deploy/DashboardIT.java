package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import dev.waystate.ops.Client;
import dev.waystate.ops.Command;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import io.grpc.ChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A server of its own and a replica, with the settings that the manifests give them, and a Prometheus that scrapes both
 * with the rules.
 */
@Timeout(240)
class DashboardIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration SCRAPES = Duration.ofSeconds(5);

    private static final String RATE_INTERVAL = "60s";

    @TempDir
    static Path directory;

    private static final List<AutoCloseable> running = new ArrayList<>();
    private static PrometheusProcess prometheus;
    private static List<Client> clients;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Command.isOnPath("prometheus"), "prometheus is not on the PATH: install prometheus to run this");
        TlsFiles certificate = TlsFiles.selfSigned(directory, "port");
        ServerProcess alone = keep(ServerProcess.start(
                withSettings("embedded"),
                "--waystate.security.tls.bundle=port",
                "--spring.ssl.bundle.pem.port.keystore.certificate=" + certificate.certificate(),
                "--spring.ssl.bundle.pem.port.keystore.private-key=" + certificate.key()));
        ServerProcess replica = keep(ServerProcess.start(
                withSettings("replicated"),
                "--spring.kafka.bootstrap-servers=" + KafkaBroker.shared().bootstrap(),
                "--waystate.state-log.kafka.topic=" + UUID.randomUUID(),
                "--waystate.state-log.kafka.create-replicas=1"));
        ChannelCredentials trusting = TlsChannelCredentials.newBuilder()
                .trustManager(certificate.certificate().toFile())
                .build();
        clients = List.of(keep(Client.of(trusting, alone)), keep(Client.of(replica)));
        prometheus = keep(PrometheusProcess.start(directory.resolve("prometheus"), alone, replica));
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable process : running) {
            process.close();
        }
    }

    @Test
    void everyExpressionOfTheDashboardGivesNumbers() {
        Dashboard dashboard = Dashboard.read();
        List<String> awaited = dashboard.plots().stream()
                .flatMap(panel -> dashboard.expressions(panel, RATE_INTERVAL).stream())
                .collect(Collectors.toCollection(ArrayList::new));
        assertThat(awaited).hasSizeGreaterThan(50);
        await().atMost(PATIENCE).pollInterval(SCRAPES).untilAsserted(() -> {
            makeCalls();
            for (String expression : List.copyOf(awaited)) {
                if (isNumber(prometheus.query(expression))) {
                    awaited.remove(expression);
                }
            }
            assertThat(awaited)
                    .as("scrape errors: %s", prometheus.scrapeErrors())
                    .isEmpty();
        });
    }

    @Test
    void everyRuleIsEvaluatedAndNoAlertFires() {
        await().atMost(PATIENCE).pollInterval(SCRAPES).untilAsserted(() -> {
            makeCalls();
            List<JsonNode> rules = prometheus.rules();
            assertThat(rules).hasSizeGreaterThan(20).allSatisfy(rule -> {
                assertThat(rule.get("health").asString()).as(rule.toString()).isEqualTo("ok");
                assertThat(rule.path("state").asString("inactive")).isEqualTo("inactive");
            });
            assertThat(isNumber(prometheus.query("job:waystate_server_faults:ratio3d")))
                    .isTrue();
        });
    }

    /** The control: what makes the others fail. */
    @Test
    void expressionOfAMetricThatIsNotThereGivesNothingAndOneThatIsNoneIsRefused() throws Exception {
        assertThat(isNumber(prometheus.query("waystate_log_comit_seconds_sum"))).isFalse();
        assertThat(isNumber(prometheus.query("0 / (0 * waystate_ready)"))).isFalse();
        assertThatThrownBy(() -> prometheus.query("rate(waystate_ready)"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("parse error");
    }

    /** Returns whether there is a sample, and each is a number. */
    private static boolean isNumber(List<String> samples) {
        return !samples.isEmpty() && samples.stream().map(Double::valueOf).allMatch(Double::isFinite);
    }

    /** Calls of each kind at both servers, one of which fails. */
    private static void makeCalls() throws Exception {
        for (Client client : clients) {
            client.displacement();
            client.streamState(10);
            StateLogServiceBlockingStub log =
                    StateLogServiceGrpc.newBlockingStub(client.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
            log.listSources(ListSourcesRequest.getDefaultInstance());
            assertThatThrownBy(() -> log.listRecords(ListRecordsRequest.getDefaultInstance()))
                    .isInstanceOf(StatusRuntimeException.class);
        }
    }

    /** Makes a working directory with the settings of a manifest. */
    private static Path withSettings(String form) throws Exception {
        Path settings = Files.createDirectories(directory.resolve(form).resolve("config"));
        Files.copy(
                Defaults.DEPLOY.resolve("kubernetes").resolve(form).resolve("config/application.yml"),
                settings.resolve("application.yml"));
        return settings.getParent();
    }

    private static <T extends AutoCloseable> T keep(T process) {
        running.add(0, process);
        return process;
    }
}
