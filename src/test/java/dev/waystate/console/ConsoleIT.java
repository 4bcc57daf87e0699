package dev.waystate.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares the answers of the program's HTTP port with what its commands print. */
@Timeout(120)
class ConsoleIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void report() throws IOException {
        server = ServerProcess.start(directory);
        Path reports = Files.writeString(
                directory.resolve("reports.csv"),
                "OK,,2026-02-03T04:05:06Z,3,4\nSTARVED,\"a \"\"b\"\", \u00fc\",,,\n99,,,0,-7\n");
        for (String source : List.of("console/1", "console/2")) {
            CommandRun run =
                    CommandRun.of("append", "--target", server.target(), "--source", source, reports.toString());
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "displace 0,12 12,14 | /api/displacement?start=0,12&end=12,14 | ",
                "sources | /api/sources?limit=1000 | sources",
                "sources --near 0,0 --within 100 | /api/sources?near=0,0&within=100&limit=1000 | sources",
                "sources --status 99 --at 6 | /api/sources?status=99&at=6&limit=1000 | sources",
                "history console/1 --last 2 | /api/sources/console%2F1/records?limit=2 | records",
                "history console/2 --states | /api/sources/console%2F2/transitions | transitions",
                "summary | /api/summary | ",
                "summary --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --steps 3"
                        + " | /api/summary?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&steps=3 | ",
                "read --source console/1 | /api/records?source=console/1 | lines",
                "read --source console/2 --after 1 --status STARVED | /api/records?source=console/2&after=1&status=starved | lines"
            })
    void answersAreWhatTheCommandsPrint(String command, String request, String member) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--json", "--target", server.target()));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();

        String answer = get(request);
        assertThat(objects(answer, member))
                .isNotEmpty()
                .isEqualTo(run.outLines().stream().map(JSON::readTree).toList());
    }

    private static List<JsonNode> objects(String answer, String member) {
        if ("lines".equals(member)) {
            return answer.lines().map(JSON::readTree).toList();
        }
        JsonNode object = JSON.readTree(answer);
        return member == null
                ? List.of(object)
                : object.get(member).valueStream().toList();
    }

    @Test
    void serverThatStopsEndsAStreamAfterItsLastRecordAndSaysWhy(@TempDir Path own) throws Exception {
        try (ServerProcess stopping = ServerProcess.start(own)) {
            try (Stream<String> lines = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://localhost:" + stopping.httpPort() + "/api/records?follow=true"))
                                    .build(),
                            BodyHandlers.ofLines())
                    .body()) {
                assertThat(stopping.terminate()).isEqualTo(143);
                JsonNode last = lines.filter(line -> !line.isEmpty())
                        .reduce((first, second) -> second)
                        .map(JSON::readTree)
                        .orElseThrow();
                assertThat(last.get("error").get("code").asString()).isEqualTo("UNAVAILABLE");
            }
        }
    }

    private static String get(String request) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + server.httpPort() + request))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
