package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.OtherJava;
import dev.waystate.ServerProcess;
import dev.waystate.StartArchive;
import dev.waystate.process.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands whose arguments are not ASCII, as cron, systemd and people run them. */
@Timeout(120)
class LocaleIT {

    @TempDir
    private static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void startServer() throws IOException {
        server = ServerProcess.shared();
    }

    static Stream<String> environments() throws IOException {
        List<String> javas = new ArrayList<>(List.of(ServerProcess.java() + " " + StartArchive.option()));
        OtherJava.java25().ifPresent(java -> javas.add(java.toString()));
        return javas.stream()
                .flatMap(java -> Stream.of("", "LC_ALL=C LANG=C.UTF-8 ", "LC_ALL=C.UTF-8 ")
                        .map(locale -> "env -i " + locale + java));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void nameIsTheSameSourceWhateverTheLocale(String java) throws Exception {
        Path folder = Files.createDirectories(Utf8.path(Utf8.text(directory) + "/Kühe"));
        Files.writeString(Utf8.path(Utf8.text(folder) + "/ö.csv"), "OK,grün\n");
        String name = "'Kuh " + UUID.randomUUID() + "-ä-牛🐄'";

        CommandRun append = run(java, "append --source " + name + " Kühe/ö.csv");
        CommandRun again = run(java, "append --source " + name + " " + Utf8.text(folder) + "/ö.csv");
        CommandRun other = run(java, "append --source " + name.replace("ä", "ö") + " Kühe/ö.csv");
        CommandRun read = run(java, "read --json --source " + name);

        assertThat(List.of(append, again, other)).allMatch(run -> run.exitCode() == 0, append.err() + again.err());
        assertThat(read.outLines())
                .singleElement()
                .asString()
                .contains("\"source\":\"" + name.replace("'", "") + "\"", "\"info\":\"grün\"");
    }

    @ParameterizedTest
    @MethodSource("environments")
    void nameInAnotherEncodingIsRefused(String java) throws Exception {
        Path script = directory.resolve("latin-1.sh");
        Files.writeString(script, line(java, "report --status OK --source Kuh-ä"), StandardCharsets.ISO_8859_1);

        CommandRun run = CommandRun.of(directory, "", List.of("bash", script.toString()));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("Expected arguments in UTF-8, but found \"Kuh-")
                .hasLineCount(1);
    }

    /** The command line of the process has the name of the file alone. */
    @Test
    void argumentsThatJavaReadsFromAFileAreTakenInALocaleAndRefusedWithoutOne() throws Exception {
        Path words = Files.writeString(
                Files.createTempFile(directory, "", ".args"),
                "-XX:TieredStopAtLevel=1 -jar " + ServerProcess.jar()
                        + " report --status OK --source argfile --info müde --target " + server.target());

        CommandRun taken = script("LC_ALL=C.UTF-8 " + ServerProcess.java() + " @" + words);
        CommandRun refused = script("env -i " + ServerProcess.java() + " @" + words);

        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("set LC_ALL=C.UTF-8").hasLineCount(1);
        assertThat(CommandRun.at(server.target(), "sources", "argfile").out()).contains("müde");
    }

    @Test
    void logHasItsNameWithoutALocale() throws Exception {
        String jar = "env -i " + ServerProcess.java() + " " + StartArchive.option() + " -XX:TieredStopAtLevel=1 -jar "
                + ServerProcess.jar();
        Path folder = Files.createTempDirectory(directory, "log");

        CommandRun run = script("cd " + folder + "; mkdir sub ü; (cd sub; exec " + jar
                + " serve --grpc.server.port=0 --server.port=0 --waystate.state-log.file=../kü.db) > log & pid=$!\n"
                + "for i in $(seq 200); do grep -q 'Started Waystate' log && break; sleep 0.2; done\n"
                + jar + " backup --from kü.db ü/b.db; kill -9 $pid; wait $pid; ls -d kü.db ü/b.db\n"
                + "mv kü.db moved.db; " + jar + " backup --from moved.db c.db || echo $?");

        assertThat(run.outLines())
                .as(run.err())
                .containsExactly(Utf8.text(folder) + "/ü/b.db: head position 0", "kü.db", "ü/b.db", "73");
        assertThat(run.err())
                .as("where its write-ahead log is")
                .contains("wrote to it as " + Utf8.text(folder) + "/kü.db was not ended in order");
    }

    /** Java does not tell apart what it has no characters for. */
    @Test
    void logThatAVariableNamesWithoutALocaleIsRefused() throws Exception {
        CommandRun run = script("env -i WAYSTATE_STATELOG_FILE=" + directory + "/kä.db " + ServerProcess.java()
                + " -XX:TieredStopAtLevel=1 -jar " + ServerProcess.jar()
                + " serve --grpc.server.port=0 --server.port=0");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("Property: waystate.state-log.file", "set LC_ALL=C.UTF-8");
    }

    /** Without the protection: this is what the JVM makes of two names. */
    @Test
    void withoutALocaleTheJvmPassesTwoNamesAsOne() throws Exception {
        Class<?> program = PrintedArguments.class;
        String classes =
                program.getProtectionDomain().getCodeSource().getLocation().getPath();
        CommandRun run = script(
                "env -i " + ServerProcess.java() + " -cp " + classes + " '" + program.getName() + "' Kuh-ä Kuh-ö");

        assertThat(run.outLines()).hasSize(2);
        assertThat(run.outLines().get(0)).isEqualTo(run.outLines().get(1));
    }

    private static CommandRun run(String java, String command) throws Exception {
        return script(line(java, command));
    }

    private static String line(String java, String command) {
        return java + " -XX:TieredStopAtLevel=1 -jar " + ServerProcess.jar() + " " + command + " --target "
                + server.target();
    }

    /** A script, as this JVM may itself have no locale to pass arguments in. */
    private static CommandRun script(String line) throws Exception {
        Path script = Files.writeString(Files.createTempFile(directory, "", ".sh"), line);
        return CommandRun.of(directory, "", List.of("bash", script.toString()));
    }

    /** Prints the characters of its arguments as they were passed, by number. */
    static final class PrintedArguments {

        public static void main(String[] args) {
            for (String arg : args) {
                System.out.println(arg.chars().boxed().toList());
            }
        }
    }
}
