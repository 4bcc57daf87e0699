package dev.waystate.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Report;
import dev.waystate.server.calls.OpenCalls;
import dev.waystate.text.Times;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

@ApiTest
@TestPropertySource(properties = "waystate.state-log.heartbeat=200ms")
@Timeout(60)
class ApiTests {

    private static final String EVENTS = "text/event-stream";

    @Autowired
    Api api;

    @Autowired
    OpenCalls calls;

    @BeforeEach
    void fill() {
        api.append(
                "cow-7",
                report(1).build(),
                report(3).setInfo("hungry").build(),
                report(99).build());
        api.append(
                "dog",
                report(1)
                        .setLocation(Point.newBuilder().setX(3).setY(4))
                        .setReportedAt(Times.fromText("2026-02-03T04:05:06Z"))
                        .build());
    }

    private static Report.Builder report(int status) {
        return Report.newBuilder().setStatusValue(status);
    }

    static List<String> requests() {
        return List.of(
                "/api/displacement?start=0,12&end=12,14",
                "/api/displacement?start=-2147483648,-2147483648&end=%2B2147483647,2147483647",
                "/api/displacement?start=0,12",
                "/api/displacement?start=0,12&end=1,2147483648",
                "/api/sources",
                "/api/sources?source=cow-7&source=dog",
                "/api/sources?source=",
                "/api/sources?status=ok&status=99&limit=1",
                "/api/sources?near=0,0&within=5.0&silent=0s",
                "/api/sources?near=0,0&within=-1",
                "/api/sources?within=1",
                "/api/sources?at=1",
                "/api/sources?at=99999",
                "/api/sources?min_position=1",
                "/api/sources?min_position=99999",
                "/api/sources?min_position=-1",
                "/api/sources?at=1&silent=1s",
                "/api/sources?silent=1",
                "/api/sources?limit=1001",
                "/api/sources?limit=1&limit=1",
                "/api/sources?page_token=x!",
                "/api/sources?status=HUNGRY",
                "/api/sources?status=%C3%28",
                "/api/sources?unknown=1",
                "/api/sources/cow-7/records?status=STARVED",
                "/api/sources/cow-7/records?limit=1",
                "/api/sources/nobody/records",
                "/api/sources/%C3%28/records",
                "/api/sources//records",
                "/api/sources/records?name=cow-7&status=STARVED",
                "/api/sources/records",
                "/api/sources/transitions?name=nobody",
                "/api/sources/cow-7/transitions?limit=1",
                "/api/sources/nobody/transitions",
                "/api/summary",
                "/api/summary?at=2",
                "/api/summary?at=2000-01-01T00:00:00Z",
                "/api/summary?from=1h&to=0s&steps=3",
                "/api/summary?from=0s&to=1h",
                "/api/summary?from=1h&at=1",
                "/api/summary?to=1h",
                "/api/records",
                "/api/records?source=cow-7&source=dog&status=OK&after=0",
                "/api/records?near=3,4&within=0&since=1h",
                "/api/records?near=3,4",
                "/api/records?after=-1",
                "/api/records?after=1&since=1h",
                "/api/records?after=99999",
                "/api/records?after=0&log_id=00000000000000000000000000000000",
                "/api/records?after=0&log_id=0",
                "/api/records?log_id=00000000000000000000000000000000",
                "/api/records?follow=maybe",
                "/api",
                "/api/",
                "/api/nothing",
                "/api/sources/cow-7");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void answerIsAsDescribed(String request) {
        HttpResponse<String> answer = api.get(request);

        ApiDescription.check(request, answer);
        assertThat(answer.body()).doesNotContain("Exception", "dev.waystate", "\tat ");
        if (!answer.body().contains("a request of HTTP")) { // which comes to no servlet
            assertThat(answer.headers().map())
                    .containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("referrer-policy", List.of("no-referrer"))
                    .containsEntry("content-security-policy", List.of("default-src 'none'; frame-ancestors 'none'"))
                    .doesNotContainKey("access-control-allow-origin");
        }
    }

    @Test
    void aPositionThatTheLogHasNotComeToIsRefused() {
        assertThat(api.get("/api/sources?min_position=1").statusCode()).isEqualTo(200);
        HttpResponse<String> beyond = api.get("/api/sources?min_position=99999");
        assertThat(beyond.statusCode()).isEqualTo(400);
        assertThat(beyond.body()).contains("POSITION_BEYOND_HEAD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /api/sources/%00/records | 400 | INVALID_ARGUMENT | path",
                "GET | /api/sources/%ff/records | 400 | INVALID_ARGUMENT | path",
                "GET | /error | 404 | NOT_FOUND |",
                "TRACE | /api/sources | 405 | UNIMPLEMENTED |",
                "TRACE | /index.html | 405 | UNIMPLEMENTED |",
                "POST | /openapi.yaml | 405 | UNIMPLEMENTED |"
            })
    void whatNoServletAnswersIsAProblemWithItsCode(String method, String path, int status, String code, String field) {
        HttpResponse<String> answer = api.send(method, path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(answer.headers().map())
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("content-security-policy", List.of("default-src 'none'; frame-ancestors 'none'"));
        assertThat(answer.headers().firstValue("Allow").orElse("")).doesNotContain("OPTIONS");
        JsonNode problem = Api.JSON.readTree(answer.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.path("field").asString("")).isEqualTo(field == null ? "" : field);
    }

    @Test
    void partOfTheDescriptionHasItsType() {
        String type =
                api.get("/openapi.yaml").headers().firstValue("Content-Type").orElseThrow();
        HttpResponse<String> part = api.get("/openapi.yaml", "Range", "bytes=0-9");

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Type")).contains(type);
        assertThat(type).isEqualTo("application/yaml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/sources/%zz/records | Accept: */* | 400 | Expected a path in UTF-8",
                "/api/sources | Host: other | 400 | Expected HTTP with one valid Host",
                "/api/sources | Transfer-Encoding: odd | 501 | a transfer encoding, that the server has"
            })
    void requestThatComesToNoServletIsAnsweredWithAProblemToo(String path, String header, int status, String detail)
            throws Exception {
        try (Socket socket = api.connect("127.0.0.1", path, header, "Connection: close")) {
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status)
                    .contains("application/problem+json", "\"status\":" + status, detail)
                    .doesNotContain("<html");
        }
    }

    @Test
    void descriptionHasThePathsOfTheServerAndNoOthers() {
        assertThat(ApiDescription.paths()).isEqualTo(Endpoints.paths());
    }

    @Test
    void everyDescribedParameterIsKnown() {
        for (String path : ApiDescription.paths()) {
            List<String> parameters = ApiDescription.queryParameters(path);
            String request = path.replace("{name}", "cow-7") + (parameters.contains("name") ? "?name=cow-7&" : "?");
            for (String parameter : parameters) {
                assertThat(api.get(request + parameter + "=x").body())
                        .as(path + " " + parameter)
                        .doesNotContain(parameter + ": Expected no parameter of this name");
            }
            assertThat(problem(request + "other=x", 400).get("field").asString())
                    .isIn("other", "start"); // which is missing
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/sources?near=a | 400 | near",
                "/api/sources?limit=0 | 400 | limit",
                "/api/sources?at=1&near=0,0 | 400 | at",
                "/api/sources?status=1&x=2 | 400 | x",
                "/api/sources?page_token=rubbish! | 400 | page_token",
                "/api/displacement?start=1,1&start=1,1&end=0,0 | 400 | start",
                "/api/sources/a%0Ab/records | 400 | name",
                "/api/records?source= | 400 | source",
                "/api/records?source=dog&source=%20dog | 400 | source",
                "/api/summary?from=1h&steps=1 | 400 | steps",
                "/api/summary?from=1h&to=2h | 400 | to"
            })
    void wrongParameterIsNamed(String request, int status, String field) {
        assertThat(problem(request, status).get("field").asString()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/summary?from=1d&to=2d&steps=3 | 400 | to | to: expected a time after from",
                "/api/sources?near=0,0&at=1 | 400 | at | at: expected none together with near or silent",
                "/api/records?after=99999 | 400 | after | after: Expected a position up to the head",
                "/api/sources?at=99999 | 400 | at | at: Expected a position up to the head",
                "/api/sources?min_position=99999 | 400 | min_position | min_position: Expected a position up to",
                "/api/sources?at=1&min_position=99999 | 400 | min_position | min_position: Expected a position up to",
                "/api/summary?at=99999 | 400 | at | at: Expected a position up to the head",
                "/api/sources?silent=9000000d | 400 | silent | silent: Expected a duration with its unit"
            })
    void problemSpeaksOfParametersAlone(String request, int status, String field, String detail) {
        JsonNode problem = problem(request, status);

        assertThat(problem.get("field").asString()).isEqualTo(field);
        assertThat(problem.get("detail").asString()).startsWith(detail).doesNotContain("silent_for", "period.");
    }

    @Test
    void eventThatTheLogHasNotComeToIsNamed() {
        HttpResponse<String> answer = api.get("/api/records", "Accept", EVENTS, "Last-Event-ID", "99999");

        assertThat(Api.JSON.readTree(answer.body()).get("field").asString()).isEqualTo("Last-Event-ID");
    }

    @Test
    void twoLastEventsAreRefused() {
        HttpResponse<String> answer =
                api.get("/api/records", "Accept", EVENTS, "Last-Event-ID", "1", "Last-Event-ID", "2");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Api.JSON.readTree(answer.body()).get("detail").asString())
                .isEqualTo("Last-Event-ID: Expected one value, but found 2.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream | true",
                "Text/Event-Stream; charset=utf-8 | true",
                "text/* | true",
                "text/event-stream, */* | true",
                "text/event-stream;q=0.9, application/x-ndjson;q=0.8 | true",
                "application/x-ndjson;q=0, */* | true",
                "text/event-stream;q=0 | false",
                "text/event-stream;q=0, text/* | false",
                "text/event-stream;q=0.5, */* | false",
                "text/event-stream, application/x-ndjson | false",
                "text/event-streams | false",
                "text/html;note=\"text/event-stream\" | false",
                "*/* | false",
                "rubbish | false"
            })
    void eventsComeWhereTheyAreTheBestTypeForTheClient(String accept, boolean events) {
        assertThat(api.get("/api/records", "Accept", accept).headers().firstValue("Content-Type"))
                .contains(events ? EVENTS : "application/x-ndjson");
    }

    @Test
    void otherMethodsAreRefused() {
        for (String method : List.of("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")) {
            HttpResponse<String> answer = api.send(method, "/api/sources");
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("allow")).contains("GET");
        }
    }

    @Test
    void positionsOfAnotherLogAreAConflict() {
        JsonNode problem = problem("/api/records?after=1&log_id=00000000000000000000000000000000", 409);

        assertThat(problem.get("reason").asString()).isEqualTo("LOG_CHANGED");
        assertThat(problem.get("metadata").get("log_id").asString())
                .isEqualTo(api.json("/api/summary").get("log_id").asString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b",
                "/",
                "a//b",
                "..",
                ".",
                "../..",
                "a b",
                "a+b",
                "a%2Fb",
                "a;b=c",
                "a\\b",
                "?#&=",
                "ü",
                "\uD83D\uDE00",
                "records"
            })
    void sourceOfAnyNameIsFound(String name) {
        api.append(name, report(4).build());

        String path = "/api/sources/" + encode(name);
        assertThat(api.json(path + "/records")
                        .get("records")
                        .get(0)
                        .get("source")
                        .asString())
                .isEqualTo(name);
        assertThat(api.json(path + "/transitions")
                        .get("transitions")
                        .get(0)
                        .get("status")
                        .asString())
                .isEqualTo("TIRED");
        assertThat(api.json("/api/records?source=" + encode(name)).get("source").asString())
                .isEqualTo(name);
        for (String list : List.of("records", "transitions")) {
            assertThat(api.json("/api/sources/" + list + "?name=" + encode(name)))
                    .isEqualTo(api.json(path + "/" + list));
        }
    }

    /** Also dots, which clients leave out otherwise. */
    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace(".", "%2E");
    }

    @Test
    void pagesFollowEachOther() {
        List<String> names = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = api.json("/api/sources?limit=1" + token);
            page.get("sources").forEach(source -> names.add(source.get("source").asString()));
            token = page.has("next_page_token")
                    ? "&page_token=" + page.get("next_page_token").asString()
                    : "";
        } while (!token.isEmpty());

        assertThat(names).doesNotHaveDuplicates().contains("cow-7", "dog");
    }

    @Test
    void followedLinesComeAsTheyAreRecorded() throws Exception {
        try (BufferedReader lines = lines("/api/records?follow=true&since=0s&source=late")) {
            assertThat(lines.readLine()).as("a sign of life").isEmpty();
            api.append("late", report(1).setInfo("news").build());

            assertThat(Api.JSON.readTree(next(lines, "{")).get("info").asString())
                    .isEqualTo("news");
        }
    }

    @Test
    void eventsResumeAfterTheLastOne() throws Exception {
        String id;
        try (BufferedReader events = lines("/api/records?follow=true", "Accept", EVENTS)) {
            id = next(events, "id: ");
            assertThat(Api.JSON.readTree(next(events, "data: ")).get("position").asLong())
                    .isEqualTo(1);
        }
        try (BufferedReader events = lines("/api/records?follow=true&after=3", "Accept", EVENTS, "Last-Event-ID", id)) {
            assertThat(Api.JSON.readTree(next(events, "data: ")).get("position").asLong())
                    .isEqualTo(2);
            next(events, "event: caught-up");
            JsonNode caughtUp = Api.JSON.readTree(next(events, "data: "));
            assertThat(id).isEqualTo(caughtUp.get("log_id").asString() + ":1");
            next(events, ": alive");
            assertThat(next(events, "id: "))
                    .isEqualTo(caughtUp.get("log_id").asString() + ":" + caughtUp.get("position"));
        }
    }

    @Test
    void eventOfAnotherLogIsRefused() {
        HttpResponse<String> answer = api.get(
                "/api/records?follow=true", "Accept", EVENTS, "Last-Event-ID", "0123456789abcdef0123456789abcdef:1");

        assertThat(answer.statusCode()).isEqualTo(409);
    }

    @Test
    void readerThatGoesEndsItsCall() throws Exception {
        try (BufferedReader lines = lines("/api/records?follow=true")) {
            next(lines, "{");
            assertThat(calls.all()).isNotEmpty();
        }
        // with the next sign of life
        await().until(() -> calls.all().isEmpty());
    }

    private BufferedReader lines(String request, String... headers) throws Exception {
        return new BufferedReader(new InputStreamReader(api.open(request, headers), StandardCharsets.UTF_8));
    }

    /** Returns the rest of the next line that begins so; a brace stays. */
    private static String next(BufferedReader lines, String begin) throws Exception {
        String line;
        do {
            line = lines.readLine();
            assertThat(line).as("a line with " + begin).isNotNull();
        } while (!line.startsWith(begin));
        return begin.equals("{") ? line : line.substring(begin.length());
    }

    private JsonNode problem(String request, int status) {
        HttpResponse<String> answer = api.get(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Api.JSON.readTree(answer.body());
    }
}
