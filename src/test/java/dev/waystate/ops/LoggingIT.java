package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Spring Boot's switches of the log, behind our queues. */
@Timeout(120)
class LoggingIT {

    private static final String STARTED = "Started WaystateApplication";

    @TempDir
    Path directory;

    @Test
    void withoutSwitchesTheConsoleHasTextAndThereIsNoFile() throws Exception {
        assertThat(run()).allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT.*"));
        assertThat(directory).isDirectoryNotContaining("glob:**.log");
    }

    @Test
    void structuredConsoleIsOneJsonObjectALineAndTheFileIsText() throws Exception {
        Path file = directory.resolve("app.log");
        List<String> console = run(
                "--logging.structured.format.console=ecs",
                "--logging.file.name=" + file,
                "--logging.pattern.file=%level|%msg%n");
        assertThat(console)
                .allSatisfy(line -> assertThat(message(line, "message")).isNotBlank());
        assertThat(Files.readAllLines(file))
                .hasSameSizeAs(console)
                .anyMatch(line -> line.startsWith("INFO|" + STARTED));
    }

    @Test
    void structuredFileInADirectoryAndAPatternAndThresholdsOfTheConsole() throws Exception {
        List<String> console = runInVain(
                "--server.port=0",
                "--logging.file.path=" + directory.resolve("logs"),
                "--logging.structured.format.file=logstash",
                "--logging.pattern.console=%level|%msg%n",
                "--logging.threshold.console=warn",
                "--waystate.executor.pool-size=0");
        List<String> file = Files.readAllLines(directory.resolve("logs/spring.log"));
        assertThat(console)
                .filteredOn(line -> line.matches("[A-Z]+\\|.*"))
                .allMatch(line -> line.matches("(WARN|ERROR)\\|.*"));
        assertThat(console).anyMatch(line -> line.contains("APPLICATION FAILED TO START") || line.startsWith("ERROR|"));
        assertThat(file)
                .allSatisfy(line -> assertThat(message(line, "message")).isNotBlank())
                .anyMatch(line -> line.contains("waystate.executor.pool-size"))
                .anyMatch(line -> line.contains("\"level\":\"INFO\""));
    }

    @Test
    void formatThatThereIsNotIsRefusedWithThoseThatThereAre() throws Exception {
        assertThat(runInVain("--server.port=0", "--logging.structured.format.console=yaml"))
                .anyMatch(line -> line.contains("Unknown format 'yaml'") && line.contains("ecs, gelf, logstash"));
    }

    @Test
    void reasonOfAFailedStartIsOneOfTheLastLines() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> output = runInVain("--server.port=" + taken.getLocalPort(), "--server.address=127.0.0.1");
            assertThat(output.subList(output.size() - 10, output.size()))
                    .anyMatch(line -> line.contains("Port " + taken.getLocalPort() + " was already in use"));
        }
    }

    /** Returns the lines of a server that has started and ended. */
    private List<String> run(String... arguments) throws Exception {
        try (Command server = start("--server.port=0", arguments)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> server.output().contains(STARTED));
            server.process().destroy();
            assertThat(server.awaitExit(Duration.ofSeconds(30))).isEqualTo(143);
            return server.output().lines().toList();
        }
    }

    /** Returns the lines of a server that does not start. */
    private List<String> runInVain(String httpPort, String... arguments) throws Exception {
        try (Command server = start(httpPort, arguments)) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
            return server.output().lines().toList();
        }
    }

    private Command start(String httpPort, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("env", "LOG_FILE=" + directory.resolve("of-another-program.log")));
        words.addAll(ServerProcess.command("serve", "--grpc.server.port=0", httpPort));
        words.addAll(List.of(arguments));
        return Command.start(directory, words);
    }

    private static String message(String line, String member) {
        return JsonMapper.builder().build().readTree(line).get(member).asString();
    }
}
