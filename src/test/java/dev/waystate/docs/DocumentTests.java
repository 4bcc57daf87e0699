package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.cli.CommandOptions;
import dev.waystate.docs.Page.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the README and the pages against the code, without running anything; {@link DocumentsIT} runs them. */
class DocumentTests {

    private static final Pattern PROPERTY_ROW =
            Pattern.compile("(?m)^\\| `([a-z]+(?:\\.[a-z-]+)+)` \\| `([^`]*)` \\|(?: ([^|]*) \\|)? \\S.* \\|$");
    private static final Pattern RANGE = Pattern.compile("(0s, )?(?:(\\w+) to (\\w+)|from (\\w+))");
    private static final Pattern PROPERTY =
            Pattern.compile("((?:waystate|spring|server|grpc|management|logging)(?:\\.[a-z-]+)+(?:\\.\\*)?)(?:=.*)?");
    private static final Pattern FILE_NAME = Pattern.compile(".*\\.(db|jar|yml|java|md)|.*\\.db[-.][a-z]+");
    private static final Pattern OPTION = Pattern.compile("(--[a-z-]+)(?:[= ].*)?");

    private static final Pattern NAME = Pattern.compile("@?([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.[a-z]\\w*)?");

    /** Annotations, messages, flags, permissions and metrics of others. */
    private static final Set<String> NAMES_OF_OTHERS = Set.of(
            "Describe",
            "DescribeConfigs",
            "ExitOnOutOfMemoryError",
            "GrpcClient",
            "GrpcService",
            "NaN",
            "OfflinePartitionsCount",
            "Option",
            "RetryInfo",
            "UnderMinIsrPartitionCount",
            "UnderReplicatedPartitions",
            "Write");

    /** Options of programs that are not ours, in lines of text. */
    private static final Set<String> OPTIONS_OF_OTHERS = Set.of("--health-cmd", "--replication-factor", "--config");

    private static final Properties PROPERTIES = Properties.ofTheClassPath();

    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everythingOnThePageIsThere(Page page) throws Exception {
        assertThat(problems(page)).isEmpty();
    }

    @Test
    void everySampleStandsOnItsPage() {
        assertThat(Sample.values())
                .allSatisfy(sample -> assertThat(sample.text()).isNotBlank());
    }

    /** The control: what does not lead anywhere, or is known to no test, is found. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "```ruby\nputs 1\n```",
                "```\nno kind\n```",
                "```python\nprint(1)\n```",
                "```text\nanything\n```",
                "```sh\ncowsay hello\n```",
                "```sh\nwaystate read --backwards\n```",
                "```sh\necho 1 | waystate apend --source a -\n```",
                "```sh\njava -jar waystate.jar --waystate.limits.conections=3\n```",
                "```sh\n./mvnw test -Dtest=NoSuchTests\n```",
                "```sh\n./mvnw verify -Pshort\n```",
                "```sh\ndocker run -p 50052:50052 waystate\n```",
                "```sh\ndocker build --build-context eclipse-temurin:24-jre=docker-image://x -t waystate .\n```",
                "```sh\ngrpcurl localhost:50051 my_package.DisplacementService/computeDistance\n```",
                "```sh\nsrc/bench/run --fast\n```",
                "```console\n$ waystate sources --state OK\n```",
                "```console\nwithout a command\n```",
                "```yaml\nwaystate:\n  security:\n    callers:\n      - nane: dog\n```",
                "```yaml\nwaystate:\n  state-log:\n    heartbeat: soon\n```",
                "```yaml\nspring:\n  ssl:\n    bundle:\n      pem:\n        port:\n          keystore:\n            cert: a\n```",
                "[a page](src/docs/nowhere.md)",
                "[an anchor](#nowhere)",
                "[an anchor elsewhere](src/docs/replicas.md#nowhere)",
                "![an image](src/docs/images/nowhere.png)",
                "`waystate.limits.conections`",
                "`spring.kafka.bootstrap-server`",
                "`--backwards`",
                "`waystate read --backwards`",
                "`NoSuchTests`",
                "`NoSuchClass.method`",
                "`ListNothing`",
            })
    void doctoredPageIsFound(String text) throws Exception {
        assertThat(problems(new Page(Page.README, text + "\n"))).isNotEmpty();
    }

    @Test
    void everyPageIsLinkedFromTheReadme() {
        List<String> links = Page.read(Page.README).links();
        assertThat(Page.all().stream().skip(1).map(Page::toString))
                .allSatisfy(page -> assertThat(links).contains(page));
    }

    @Test
    void theConfigurationTableHasEveryPropertyWithItsDefault() {
        assertThat(documented("waystate.")).isEqualTo(PROPERTIES.ours());
    }

    @Test
    void theDefaultsOfOthersAreThoseOfTheProgram() throws Exception {
        String application = Files.readString(Path.of("src/main/resources/application.yml"));
        assertThat(documented("grpc.server."))
                .isNotEmpty()
                .allSatisfy((name, value) -> assertThat(application)
                        .contains(name.replaceAll(".*\\.", "") + ": " + (value.equals("*") ? "\"*\"" : value)));
    }

    @Test
    void valuesAreTakenWithinTheirRangesAndRefusedBesideThem() {
        List<String> ranged = new ArrayList<>();
        PROPERTY_ROW.matcher(Page.docs("configuration.md").text()).results().forEach(row -> {
            String property = row.group(1);
            Matcher range = RANGE.matcher(Objects.requireNonNullElse(row.group(3), ""));
            if (!range.matches()) {
                assertThat(row.group(3)).as(property).isIn(null, "");
                assertThat(PROPERTIES.isNumber(property)).as(property).isFalse();
                return;
            }
            ranged.add(property);
            Bound least = Bound.of(Objects.requireNonNullElse(range.group(2), range.group(4)));
            assertThat(PROPERTIES.takes(property, least.text()))
                    .as(property + " " + least)
                    .isTrue();
            assertThat(PROPERTIES.takes(property, least.next(-1)))
                    .as(property + " below " + least)
                    .isFalse();
            if (range.group(1) != null) {
                assertThat(PROPERTIES.takes(property, range.group(1).replace(", ", "")))
                        .as(property)
                        .isTrue();
            }
            if (range.group(3) != null) {
                Bound most = Bound.of(range.group(3));
                assertThat(PROPERTIES.takes(property, most.text()))
                        .as(property + " " + most)
                        .isTrue();
                assertThat(PROPERTIES.takes(property, most.next(1)))
                        .as(property + " above " + most)
                        .isFalse();
            }
        });
        assertThat(ranged).hasSizeGreaterThan(30);
    }

    /** The least or the largest value of a property. */
    private record Bound(String text, long value, String unit) {

        /** The units of the table, in the smallest of their kind: bytes or milliseconds. */
        private static final Map<String, Long> UNITS = Map.of(
                "",
                1L,
                "KB",
                1L << 10,
                "MB",
                1L << 20,
                "GB",
                1L << 30,
                "ms",
                1L,
                "s",
                1_000L,
                "m",
                60_000L,
                "h",
                3_600_000L,
                "d",
                86_400_000L);

        static Bound of(String text) {
            String unit = text.replaceFirst("\\d+", "");
            long number = Long.parseLong(text.substring(0, text.length() - unit.length()));
            boolean isTime = UNITS.containsKey(unit) && unit.matches("[a-z]+");
            return new Bound(text, number * UNITS.get(unit), isTime ? "ms" : "");
        }

        /** Returns the value so many of the smallest unit away. */
        String next(int step) {
            return (value + step) + unit;
        }
    }

    @Test
    void everyPropertyHasADescription() {
        assertThat(PROPERTIES.oursAsDeclared())
                .allSatisfy(property ->
                        assertThat(property.path("description").asString("")).isNotBlank());
    }

    @Test
    void theTwoCommandsStandInTheFirstQuarterOfTheReadme() throws IOException {
        List<String> lines = Files.readAllLines(Page.README);
        assertThat(lines.subList(0, lines.size() / 4))
                .anyMatch(line -> line.startsWith("./mvnw spring-boot:run"))
                .anyMatch(line -> line.startsWith("./mvnw verify"));
    }

    @Test
    void theTreeHasEveryPackageAndNoOther() throws IOException {
        Set<Path> listed = new TreeSet<>();
        Path[] parents = new Path[8];
        for (String line : Sample.TREE.text().lines().toList()) {
            int depth = (line.length() - line.stripLeading().length()) / 2;
            for (String name : line.strip().split(" ")) {
                if (!name.endsWith("/")) {
                    break;
                }
                parents[depth] = (depth == 0 ? Path.of("") : parents[depth - 1]).resolve(name);
                listed.add(parents[depth]);
            }
        }
        Path main = Path.of("src", "main", "java", "dev", "waystate");
        assertThat(listed).allMatch(Files::isDirectory);
        try (Stream<Path> packages = Files.walk(main)) {
            assertThat(listed.stream().filter(path -> path.startsWith(main)))
                    .containsExactlyInAnyOrderElementsOf(
                            packages.filter(Files::isDirectory).toList());
        }
    }

    private static Map<String, String> documented(String prefix) {
        Map<String, String> properties = new TreeMap<>();
        PROPERTY_ROW
                .matcher(Page.docs("configuration.md").text())
                .results()
                .filter(row -> row.group(1).startsWith(prefix))
                .forEach((MatchResult row) -> properties.put(row.group(1), row.group(2)));
        return properties;
    }

    private static List<String> problems(Page page) throws Exception {
        List<String> problems = new ArrayList<>();
        for (Block block : page.blocks()) {
            problems(block).forEach(problem -> problems.add(block + ": " + problem));
        }
        page.links().stream().filter(link -> !leadsSomewhere(page, link)).forEach(problems::add);
        page.codeSpans().stream().flatMap(DocumentTests::problemsOfCode).forEach(problems::add);
        return problems;
    }

    private static List<String> problems(Block block) throws Exception {
        return switch (block.kind()) {
            case "sh" -> ofShell(block.text());
            case "console" -> ofConsole(block.text());
            case "yaml" -> ofYaml(block.text());
            case "python", "java", "text", "csv", "json" -> isSample(block) ? List.of() : List.of("no test runs it");
            default -> List.of("no test knows blocks of the kind '" + block.kind() + "'");
        };
    }

    private static boolean isSample(Block block) {
        return Arrays.stream(Sample.values())
                .map(Sample::block)
                .anyMatch(sample -> sample.text().equals(block.text()));
    }

    private static List<String> ofShell(String script) {
        List<List<String>> programs = Shell.programs(script);
        return programs.isEmpty()
                ? List.of("no program")
                : programs.stream()
                        .flatMap(words -> Programs.problems(words).stream())
                        .toList();
    }

    private static List<String> ofConsole(String session) {
        return ofShell(session.lines()
                .filter(line -> line.startsWith("$ "))
                .map(line -> line.substring(2))
                .collect(Collectors.joining("\n")));
    }

    private static List<String> ofYaml(String yaml) {
        try {
            return PROPERTIES.unknownKeys(yaml).stream().map(Object::toString).toList();
        } catch (Exception wrong) {
            return List.of(String.valueOf(wrong));
        }
    }

    private static Stream<String> problemsOfCode(String code) {
        if (PROPERTY.matcher(code).matches() && !FILE_NAME.matcher(code).matches()) {
            String name = PROPERTY.matcher(code).replaceFirst("$1");
            return PROPERTIES.has(name) || PROPERTIES.has(name + ".*") ? Stream.of() : Stream.of(code);
        }
        if (OPTION.matcher(code).matches()) {
            String name = OPTION.matcher(code).replaceFirst("$1");
            return CommandOptions.isOption(name) || OPTIONS_OF_OTHERS.contains(name) ? Stream.of() : Stream.of(code);
        }
        Matcher name = NAME.matcher(code);
        if (name.matches()) {
            return Programs.isClass(name.group(1))
                            || Programs.isInTheContract(name.group(1))
                            || NAMES_OF_OTHERS.contains(name.group(1))
                    ? Stream.of()
                    : Stream.of(code);
        }
        String program = code.split(" ")[0];
        if (code.contains(" ") && Programs.isKnown(program) && !code.contains("COMMAND")) {
            return Shell.programs(code).stream().flatMap(words -> Programs.problems(words).stream());
        }
        return Stream.of();
    }

    private static boolean leadsSomewhere(Page page, String link) {
        if (link.startsWith("https://")) {
            return true;
        }
        String[] parts = link.split("#", 2);
        Path directory = page.file().toAbsolutePath().getParent();
        Path file = parts[0].isEmpty()
                ? page.file()
                : Path.of("")
                        .toAbsolutePath()
                        .relativize(directory.resolve(parts[0]).normalize());
        if (parts.length == 1) {
            return Files.exists(file);
        }
        return file.equals(page.file())
                ? page.anchors().contains(parts[1])
                : Files.exists(file) && Page.read(file).anchors().contains(parts[1]);
    }
}
