package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class WaystateTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "serve --grpc.server.port=1",
                "--grpc.server.port=1 --debug",
                "--debug",
                "--trace=true",
                "serve --debug"
            })
    void noCommandServeAndSpringPropertiesServe(String line) {
        assertThat(Waystate.serves(arguments(line))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "displace",
                "health",
                "--help",
                "-h",
                "--version",
                "-V",
                "serve --help",
                "serve --name=x",
                "serve --grpc.server.port=1 -x",
                "sreve",
                "-x",
                "--hlep",
                "--json",
                "--name=x",
                "--target=localhost:50051",
                "--info=a.b",
                "--name=x health"
            })
    void commandsAndQuestionsForHelpDoNotServe(String line) {
        assertThat(Waystate.serves(arguments(line))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "serve --help",
                "displace -h",
                "report --help",
                "append --help",
                "read --help",
                "sources --help",
                "history --help",
                "summary --help",
                "backup --help",
                "restore --help",
                "import --help",
                "health --help",
                "generate-completion --help",
                "generate-man-page --help"
            })
    void everyCommandHasHelp(String line) {
        CommandRun run = CommandRun.of(arguments(line));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Usage: waystate").contains("--version");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void completionIsAScriptThatBashTakesAndThatKnowsTheOptions() throws Exception {
        CommandRun run = CommandRun.of("generate-completion");
        Process bash = new ProcessBuilder("bash").redirectErrorStream(true).start();
        try (Writer script = bash.outputWriter(StandardCharsets.UTF_8)) {
            script.write(run.out());
            script.write(
                    "compopt() { :; }; COMP_WORDS=(waystate sources --sil) COMP_CWORD=2; _complete_waystate; echo ${COMPREPLY[@]}");
        }

        assertThat(run.exitCode()).isZero();
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("--silent");
    }

    @Test
    void examplesInHelpFitIntoALine() {
        assertThat(commands())
                .flatExtracting(command -> List.of(command.usageMessage().description()))
                .filteredOn(line -> line.startsWith("  "))
                .isNotEmpty()
                .allMatch(line -> line.length() < 80);
    }

    @Test
    void optionsOfACommandComeBeforeThoseOfEveryConnection() {
        assertThat(CommandRun.of("sources", "--help").out())
                .containsSubsequence("\n      --status=", "\n      --watch", "\n      --target=", "\n      --ca=");
    }

    @Test
    void manualPageHasEveryCommandAndEveryOption() {
        List<String> page = CommandRun.of("generate-man-page").outLines();

        assertThat(page.get(0)).matches("\\.TH WAYSTATE 1 \"\" \"waystate [^(]+\"");
        assertThat(page)
                .filteredOn(line -> line.startsWith("."))
                .allMatch(line -> line.matches("\\.(nh|ad l|PP|nf|fi|TP|TH .+|SH .+|SS .+)"));
        assertThat(commands())
                .allSatisfy(command -> assertThat(page)
                        .anyMatch(line -> line.startsWith(
                                (".SS " + command.qualifiedName() + " [OPTIONS]").replace("-", "\\-"))));
        assertThat(commands())
                .flatExtracting(CommandSpec::options)
                .allSatisfy(option -> assertThat(page)
                        .anyMatch(line ->
                                line.startsWith("\\fB" + option.longestName().replace("-", "\\-") + "\\fR")
                                        || option.usageHelp()
                                        || option.versionHelp()));
        assertThat(page)
                .filteredOn("\\fB\\-\\-target\\fR=\\fIHOST:PORT\\fR"::equals)
                .hasSize(1);
        assertThat(page).filteredOn("\\fB\\-\\-json\\fR"::equals).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "displace -V"})
    void theVersionIsThatOfTheBuild(String line) {
        assertThat(CommandRun.of(arguments(line)).out()).matches("waystate \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\\R");
    }

    @Test
    void unknownCommandIsAnsweredWithTheOneThatWasMeant() {
        CommandRun run = CommandRun.of("dispalce", "0,0", "1,1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Unknown command 'dispalce'.").contains("Did you mean: waystate displace");
    }

    @Test
    void unknownOptionInPlaceOfACommandIsNoProperty() {
        CommandRun run = CommandRun.of("--hlep");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Unknown option '--hlep'");
    }

    @Test
    void optionWithoutACommandIsWrongUsage() {
        CommandRun run = CommandRun.of("--target=localhost:50051");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Expected a command before '--target=localhost:50051'");
    }

    @ParameterizedTest
    @CsvSource({"--info, --json", "--source, --status=OK", "--target, --source"})
    void optionInPlaceOfAValueIsRefusedWithTheWayToWriteIt(String option, String next) {
        CommandRun run = CommandRun.of("report", "--status", "OK", option, next, "x");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains(option + ", but found the option " + next)
                .contains(option + "=" + next);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "serve --port=50052                      ; Expected a property, such as --grpc.server.port=50052, but found '--port=50052'.",
                "displace                                ; Expected (POINT POINT)... | FILE, but found none.",
                "history                                 ; Expected SOURCE, but found none.",
                "append                                  ; Expected --source, FILE, but found none.",
                "append --source                         ; Expected a value after --source, but found none.",
                "history a b                             ; Expected no further argument, but found 'b'.",
                "history a --last x                      ; --last: Expected a whole number, but found \"x\".",
                "history a --last 0                      ; Expected a number from 1 on for --last, but found 0.",
                "report --status OK --status OK          ; Expected --status once, but found it again.",
                "report --status OK --at 1               ; --at: Expected a point X,Y of two whole numbers, but found \"1\".",
                "report --info x                         ; Expected either --status or a FILE, but found neither.",
                "append --source a --format xml f        ; --format: Expected csv or json, but found \"xml\".",
                "summary --token-file=                   ; --token-file: Expected the name of a file, but found \"\".",
                "restore --to= x                         ; --to: Expected the name of a file, but found \"\".",
                "read --follow=yes                       ; --follow: Expected no value, but found \"yes\".",
                "read --within 3                         ; Expected --near, but found none.",
                "read --after 1 --last 2                 ; Expected only one of --after=N, --last=N.",
                "read --after 1 --after 2                ; Expected only one of --after=1 and --after=2.",
                "read --near 0,0 --within 1 --near 1,1   ; Expected only one of --near=0,0 --within=1 and --near=1,1.",
                "sources --cert x                        ; Expected both --cert and --key or neither, but found only --cert.",
                "sources --status OK,NO                  ; --status: Expected a status (UNKNOWN, OK, THIRSTY, STARVED, TIRED, or a number), but found \"OK,NO\".",
                "summary --at 1 --from 1d                ; Expected either --at or --from, but found both."
            })
    void wrongUsageSaysWhatWasExpectedAndWhereTheHelpIs(String line, String message) {
        CommandRun run = CommandRun.of(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly(message, "Try 'waystate " + line.split(" ")[0] + " --help'.");
    }

    @Test
    void unknownOptionIsNoPoint() {
        CommandRun run = CommandRun.of("displace", "--tragt", "0,0", "1,1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Unknown option '--tragt'").doesNotContain("\tat ");
    }

    private static List<CommandSpec> commands() {
        return new CommandLine(new RootCommand())
                .getSubcommands().values().stream()
                        .map(CommandLine::getCommandSpec)
                        .toList();
    }

    private static String[] arguments(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ");
    }
}
