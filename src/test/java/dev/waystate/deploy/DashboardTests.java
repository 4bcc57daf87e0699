package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The structure of the Grafana dashboard. */
class DashboardTests {

    /** The units of Grafana that suit what the server measures. */
    private static final Set<String> UNITS =
            Set.of("none", "short", "s", "bytes", "Bps", "ops", "reqps", "percentunit");

    private static final Set<String> TYPES = Set.of("row", "stat", "timeseries");
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+|\\{\\w+})");
    private static final int COLUMNS = 24;

    private final Dashboard dashboard = Dashboard.read();

    @Test
    void panelsHaveIdsAndTitlesOfTheirOwnAndTypesThatGrafanaKnows() {
        assertThat(dashboard.panels())
                .extracting(panel -> panel.get("id").asInt())
                .doesNotHaveDuplicates();
        assertThat(dashboard.panels())
                .extracting(panel -> panel.get("type").asString())
                .isSubsetOf(TYPES);
        assertThat(dashboard.json().get("uid").asString()).isEqualTo("waystate");
        assertThat(dashboard.json().get("schemaVersion").asInt()).isGreaterThanOrEqualTo(41);
    }

    @Test
    void everyPlotSaysWhatItShowsInWhichUnitAndFromWhere() {
        assertThat(dashboard.plots()).hasSizeGreaterThan(30).allSatisfy(panel -> {
            assertThat(panel.get("title").asString()).isNotBlank();
            assertThat(panel.get("description").asString()).endsWith(".").hasSizeGreaterThan(20);
            assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isIn(UNITS);
            assertThat(panel.get("targets")).isNotEmpty().allSatisfy(target -> {
                assertThat(target.get("expr").asString()).isNotBlank();
                assertThat(target.get("legendFormat").asString()).isNotBlank();
                assertThat(target.at("/datasource/uid").asString()).isEqualTo("${datasource}");
            });
            assertThat(panel.at("/datasource/uid").asString()).isEqualTo("${datasource}");
            assertThat(panel.get("targets"))
                    .extracting(target -> target.get("refId").asString())
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    void panelsLieBesideEachOtherAndNotOnEachOther() {
        Set<List<Integer>> taken = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        for (JsonNode panel : dashboard.panels()) {
            JsonNode place = panel.get("gridPos");
            int right = place.get("x").asInt() + place.get("w").asInt();
            int bottom = place.get("y").asInt() + place.get("h").asInt();
            assertThat(right).isLessThanOrEqualTo(COLUMNS);
            for (int x = place.get("x").asInt(); x < right; x++) {
                for (int y = place.get("y").asInt(); y < bottom; y++) {
                    assertThat(taken.add(List.of(x, y)))
                            .as("%s at %d,%d", panel.get("title"), x, y)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyVariableIsDeclaredAndUsed() {
        Set<String> declared = dashboard.variables().stream()
                .map(variable -> variable.get("name").asString())
                .collect(Collectors.toSet());
        Set<String> used = VARIABLE.matcher(dashboard.json().toString())
                .results()
                .map((MatchResult found) -> found.group(1).replaceAll("[{}]", ""))
                .filter(name -> !name.startsWith("__"))
                .collect(Collectors.toSet());
        assertThat(used).isEqualTo(declared).contains("job", "instance", "method");
        assertThat(dashboard.plots())
                .allSatisfy(panel -> assertThat(panel.get("targets"))
                        .allSatisfy(target -> assertThat(target.get("expr").asString())
                                .contains("{job=~\"$job\", instance=~\"$instance\"")));
    }

    @Test
    void streamsAreKeptApartFromUnaryCalls() {
        assertThat(Methods.thatStream()).allMatch(method -> method.matches(dashboard.streams()));
        assertThat(Methods.thatAreUnary()).noneMatch(method -> method.matches(dashboard.streams()));
        List<String> unary = new ArrayList<>();
        for (JsonNode panel : dashboard.plots()) {
            unary.addAll(dashboard.expressions(panel, "1m").stream()
                    .filter(expression -> expression.contains("grpc_server_call_duration_seconds_bucket"))
                    .toList());
        }
        assertThat(unary).isNotEmpty().allMatch(expression -> expression.contains("grpc_method!~"));
    }
}
