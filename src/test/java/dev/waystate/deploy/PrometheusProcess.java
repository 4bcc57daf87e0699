package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Command;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus with the configuration and the rules, but for the interval: it scrapes servers every five seconds. */
record PrometheusProcess(Command command, URI api) implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("\"?Listening on\"? address=(127\\.0\\.0\\.1:\\d+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Starts it and waits until it has scraped the servers. */
    static PrometheusProcess start(Path directory, ServerProcess... servers) throws IOException {
        Path source = Defaults.DEPLOY.resolve("prometheus");
        Files.createDirectories(directory.resolve("targets"));
        Files.copy(source.resolve("alerts.yml"), directory.resolve("alerts.yml"));
        Files.writeString(
                directory.resolve("prometheus.yml"),
                Files.readString(source.resolve("prometheus.yml")).replace(": 15s", ": 5s"));
        List<String> targets = Arrays.stream(servers)
                .map(server -> "\"127.0.0.1:" + server.httpPort() + "\"")
                .toList();
        Files.writeString(directory.resolve("targets/waystate.yml"), "- targets: " + targets + "\n");
        Command command = Command.start(
                directory,
                List.of(
                        "prometheus",
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:0"));
        Matcher address = await().atMost(TIMEOUT)
                .until(() -> ADDRESS.matcher(command.output()), found -> found.find() || !isAlive(command));
        assertThat(command.process().isAlive()).as(command.output()).isTrue();
        PrometheusProcess prometheus =
                new PrometheusProcess(command, URI.create("http://" + address.group(1) + "/api/v1/"));
        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(prometheus.scrapeErrors()).hasSize(servers.length).containsOnly("");
            assertThat(prometheus.query("up{job=\"waystate\"} == 1")).hasSize(servers.length);
        });
        return prometheus;
    }

    /** Returns the values of the samples; fails when it is no expression. */
    List<String> query(String expression) throws IOException, InterruptedException {
        List<String> values = new ArrayList<>();
        get("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .get("result")
                .forEach(sample -> values.add(sample.at("/value/1").asString()));
        return values;
    }

    List<JsonNode> rules() throws IOException, InterruptedException {
        List<JsonNode> rules = new ArrayList<>();
        get("rules").get("groups").forEach(group -> group.get("rules").forEach(rules::add));
        return rules;
    }

    /** Returns why targets could not be scraped the last time, an empty text for each that could. */
    List<String> scrapeErrors() throws IOException, InterruptedException {
        List<String> errors = new ArrayList<>();
        get("targets?state=active")
                .get("activeTargets")
                .forEach(target -> errors.add(target.get("lastError").asString()));
        return errors;
    }

    @Override
    public void close() {
        command.close();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        String answer = HTTP.send(
                        HttpRequest.newBuilder(api.resolve(path))
                                .timeout(TIMEOUT)
                                .build(),
                        BodyHandlers.ofString())
                .body();
        JsonNode json = JsonMapper.builder().build().readTree(answer);
        assertThat(json.get("status").asString()).as(answer).isEqualTo("success");
        return json.get("data");
    }

    private static boolean isAlive(Command command) {
        return command.process().isAlive();
    }
}
