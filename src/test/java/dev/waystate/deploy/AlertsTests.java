package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.cli.CommandRun;
import dev.waystate.ops.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The alert rules: read by promtool, fired and not fired by their unit tests, and explained. */
class AlertsTests {

    private static final Path PROMETHEUS = Defaults.DEPLOY.resolve("prometheus");
    private static final Path RUNBOOK = Path.of("src/docs/alerts.md");
    private static final Pattern METHODS = Pattern.compile("grpc_method=~\"([^\"]+)\"");

    @TempDir
    Path directory;

    @Test
    void promtoolTakesTheConfigurationAndTheRules() throws Exception {
        copy();
        assertThat(promtool("check", "config", "prometheus.yml").exitCode()).isZero();
        CommandRun rules = promtool("check", "rules", "--lint=all", "--lint-fatal", "alerts.yml");
        assertThat(rules.exitCode()).as(rules.out() + rules.err()).isZero();
    }

    @Test
    void everyAlertFiresAndKeepsQuietAsItsUnitTestsSay() throws Exception {
        copy();
        CommandRun tests = promtool("test", "rules", "alerts.test.yml");
        assertThat(tests.exitCode()).as(tests.out() + tests.err()).isZero();
    }

    /** The control: rules of other thresholds, times and statuses do not pass. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "> 14.4 * 0.001 => > 144 * 0.001",
                "for: 10m => for: 30m",
                "full|unavailable|damaged|failed => full|gap",
                "INTERNAL|UNKNOWN|DATA_LOSS => INTERNAL|UNKNOWN|DATA_LOSS|UNAVAILABLE",
                "> 6 * 0.001 => > 60 * 0.001"
            })
    void changedRuleDoesNotPassTheUnitTests(String change) throws Exception {
        copy();
        Path rules = directory.resolve("alerts.yml");
        String[] fromTo = change.split(" => ");
        String changed = Files.readString(rules).replace(fromTo[0], fromTo[1]);
        assertThat(changed).isNotEqualTo(Files.readString(rules));
        Files.writeString(rules, changed);
        assertThat(promtool("test", "rules", "alerts.test.yml").exitCode()).isNotZero();
    }

    @Test
    void everyAlertHasATestThatFiresAndOneThatDoesNot() throws IOException {
        Map<String, TreeSet<Boolean>> tested = new TreeMap<>();
        for (JsonNode test : yaml("alerts.test.yml").get("tests")) {
            for (JsonNode alert : test.path("alert_rule_test")) {
                tested.computeIfAbsent(alert.get("alertname").asString(), name -> new TreeSet<>())
                        .add(alert.has("exp_alerts"));
            }
        }
        assertThat(tested.keySet()).containsExactlyInAnyOrderElementsOf(names(alerts()));
        assertThat(tested).allSatisfy((name, outcomes) -> assertThat(outcomes).containsExactly(false, true));
    }

    @Test
    void everyAlertSaysHowBadItIsWhatItMeansAndWhereToReadOn() throws IOException {
        List<JsonNode> alerts = alerts();
        assertThat(alerts).hasSizeGreaterThan(10).allSatisfy(alert -> {
            String name = alert.get("alert").asString();
            assertThat(alert.at("/labels/severity").asString()).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asString()).isNotBlank();
            assertThat(alert.at("/annotations/description").asString()).endsWith(".");
            assertThat(alert.at("/annotations/runbook").asString())
                    .isEqualTo(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT));
        });
        assertThat(Files.readAllLines(RUNBOOK).stream()
                        .filter(line -> line.startsWith("## Waystate"))
                        .map(line -> line.substring(3)))
                .containsExactlyElementsOf(names(alerts));
    }

    @Test
    void serverFaultsAreThoseOfOurMethodsAndSomeStatusesOfUnaryOnes() throws IOException {
        List<String> patterns = METHODS.matcher(Files.readString(PROMETHEUS.resolve("alerts.yml")))
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
        List<List<String>> matched = new ArrayList<>();
        for (String pattern : patterns) {
            matched.add(Stream.of(Methods.ours(), Methods.thatAreNotOurs())
                    .flatMap(List::stream)
                    .filter(method -> method.matches(pattern))
                    .toList());
        }
        assertThat(matched).containsExactlyInAnyOrder(Methods.ours(), Methods.oursThatAreUnary());
    }

    private static List<JsonNode> alerts() throws IOException {
        return StreamSupport.stream(yaml("alerts.yml").get("groups").spliterator(), false)
                .flatMap(group -> StreamSupport.stream(group.get("rules").spliterator(), false))
                .filter(rule -> rule.has("alert"))
                .toList();
    }

    private static List<String> names(List<JsonNode> alerts) {
        return alerts.stream().map(alert -> alert.get("alert").asString()).toList();
    }

    private static JsonNode yaml(String file) throws IOException {
        return new YAMLMapper().readTree(Files.readString(PROMETHEUS.resolve(file)));
    }

    private void copy() throws IOException {
        for (String file : List.of("prometheus.yml", "alerts.yml", "alerts.test.yml")) {
            Files.copy(PROMETHEUS.resolve(file), directory.resolve(file));
        }
    }

    private CommandRun promtool(String... arguments) throws Exception {
        assumeTrue(Command.isOnPath("promtool"), "promtool is not on the PATH: install prometheus to run this");
        return CommandRun.of(
                directory,
                "",
                Stream.concat(Stream.of("promtool"), Arrays.stream(arguments)).toList());
    }
}
