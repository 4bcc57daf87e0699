package dev.waystate.deploy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Grafana dashboard. */
record Dashboard(JsonNode json) {

    private static final Path FILE = Defaults.DEPLOY.resolve("grafana/waystate.json");

    static Dashboard read() {
        return new Dashboard(JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .readTree(FILE));
    }

    List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        json.get("panels").forEach(panels::add);
        return panels;
    }

    List<JsonNode> plots() {
        return panels().stream()
                .filter(panel -> !panel.get("type").asString().equals("row"))
                .toList();
    }

    List<JsonNode> variables() {
        List<JsonNode> variables = new ArrayList<>();
        json.at("/templating/list").forEach(variables::add);
        return variables;
    }

    /** The pattern of the methods that stream. */
    String streams() {
        return variables().stream()
                .filter(variable -> variable.get("name").asString().equals("streams"))
                .map(variable -> variable.get("query").asString())
                .findFirst()
                .orElseThrow();
    }

    /** Returns the expressions of a panel as Grafana sends them when all jobs, instances and methods are chosen. */
    List<String> expressions(JsonNode panel, String rateInterval) {
        List<String> expressions = new ArrayList<>();
        panel.get("targets")
                .forEach(target -> expressions.add(target.get("expr")
                        .asString()
                        .replace("$job", ".*")
                        .replace("$instance", ".*")
                        .replace("$method", ".*")
                        .replace("$streams", streams())
                        .replace("$__rate_interval", rateInterval)));
        return expressions;
    }
}
