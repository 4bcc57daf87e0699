package dev.waystate.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads {@code openapi.yaml}, and checks answers against it. */
final class ApiDescription {

    private static final JsonNode DESCRIPTION = read();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private ApiDescription() {}

    private static JsonNode read() {
        try (InputStream yaml = ApiDescription.class.getResourceAsStream("/static/openapi.yaml")) {
            return new YAMLMapper().readTree(yaml);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    static Set<String> paths() {
        return new TreeSet<>(DESCRIPTION.get("paths").propertyNames());
    }

    static List<String> queryParameters(String path) {
        return DESCRIPTION
                .get("paths")
                .get(path)
                .get("get")
                .get("parameters")
                .valueStream()
                .map(ApiDescription::resolve)
                .filter(parameter -> parameter.get("in").asString().equals("query"))
                .map(parameter -> parameter.get("name").asString())
                .toList();
    }

    /** Checks that the status, the type and the body of an answer are as described. */
    static void check(String request, HttpResponse<String> answer) {
        JsonNode content = content(request, answer.statusCode());
        String type = answer.headers().firstValue("content-type").orElseThrow();
        assertThat(content.has(type))
                .as(type + " of " + request + ": " + answer.body())
                .isTrue();
        ObjectNode schema = (ObjectNode) content.get(type).get("schema").deepCopy();
        schema.set("components", DESCRIPTION.get("components"));
        Stream<String> bodies = type.equals("application/x-ndjson")
                ? answer.body().lines().filter(line -> !line.isEmpty())
                : Stream.of(answer.body());
        bodies.forEach(body -> assertThat(SCHEMAS.getSchema(schema).validate(Api.JSON.readTree(body)))
                .as(body)
                .isEmpty());
        if (answer.statusCode() >= 400) {
            assertThat(Api.JSON.readTree(answer.body()).get("status").asInt()).isEqualTo(answer.statusCode());
        }
    }

    private static JsonNode content(String request, int status) {
        String path = request.replaceFirst("\\?.*", "");
        JsonNode responses = paths().stream()
                .filter(known -> path.matches(known.replace("{name}", "[^/]*")))
                .findFirst()
                .map(known -> DESCRIPTION.get("paths").get(known).get("get").get("responses"))
                .orElseGet(() ->
                        DESCRIPTION.get("paths").get("/api/sources").get("get").get("responses"));
        return resolve(status == 200 ? responses.get("200") : responses.get(status / 100 + "XX"))
                .get("content");
    }

    private static JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? DESCRIPTION.at(node.get("$ref").asString().substring(1)) : node;
    }
}
