package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The image's own JVM options and those that come from the environment. */
@Timeout(120)
class ImageOptionsIT {

    private static final Pattern HEALTH_CHECK = Pattern.compile("(?s)HEALTHCHECK[^\\[]*CMD (\\[.*?])");
    private static final Pattern LOG_OPTION = Pattern.compile("(?m)^ +(-Xlog\\S+) \\\\$");
    private static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final Path LAUNCHER =
            Path.of("src", "main", "launcher", "waystate").toAbsolutePath();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:PORT",
                "-Dcom.sun.management.jmxremote.port=PORT -Dcom.sun.management.jmxremote.ssl=false"
                        + " -Dcom.sun.management.jmxremote.authenticate=false",
                "-Xmx400m -XX:+UseParallelGC",
                "-Xlog:gc"
            })
    void isHealthyWhateverTheServersJvmOptionsAre(String template) throws Exception {
        try (ServerSocket takenByTheServer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String options = template.replace("PORT", Integer.toString(takenByTheServer.getLocalPort()));
            for (String variable : VARIABLES) {
                assertThat(check(command(), variable + "=" + options)).isEqualTo("SERVING\n");
            }
        }
    }

    /** The control: what the variables do to the same command where it does not leave them out. */
    @Test
    void withTheServersJvmOptionsItWouldNotBeHealthy() throws Exception {
        List<String> unprotected =
                List.of(ServerProcess.java(), "-jar", ServerProcess.jar().toString(), "health", "--http");
        try (ServerSocket takenByTheServer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String options = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:"
                    + takenByTheServer.getLocalPort();
            assertThat(check(unprotected, "JAVA_TOOL_OPTIONS=" + options)).contains("JDWP exit error");
        }
    }

    @Test
    void aLogOfTheCollectorIntoAFileIsWritten() throws Exception {
        Path file = directory.resolve("gc.log");
        List<String> words = new ArrayList<>(List.of("env", "JAVA_TOOL_OPTIONS=-Xlog:gc:file=" + file));
        words.add(ServerProcess.java());
        List<String> options = LOG_OPTION
                .matcher(Files.readString(Path.of("Dockerfile")))
                .results()
                .map(option -> option.group(1))
                .toList();
        assertThat(options).hasSize(2);
        words.addAll(options);
        words.add("-version");
        try (Command java = Command.start(directory, words)) {
            assertThat(java.awaitExit(Duration.ofSeconds(20))).isZero();
        }
        assertThat(file).isNotEmptyFile();
    }

    private String check(List<String> command, String variable) throws Exception {
        String javaHome = "JAVA_HOME=" + System.getProperty("java.home");
        String port = "SERVER_PORT=" + ServerProcess.shared().httpPort();
        List<String> words = new ArrayList<>(List.of("env", javaHome, variable, port));
        command.forEach(word -> words.add(word.equals("/app/waystate") ? LAUNCHER.toString() : word));
        try (Command check = Command.start(directory, words)) {
            int exitCode = check.awaitExit(Duration.ofSeconds(20));
            assertThat(exitCode == 0)
                    .as(check.output())
                    .isEqualTo(check.output().equals("SERVING\n"));
            return check.output();
        }
    }

    private static List<String> command() throws IOException {
        Matcher found = HEALTH_CHECK.matcher(Files.readString(Path.of("Dockerfile")));
        assertThat(found.find()).isTrue();
        String words = found.group(1).replace("\\\n", "");
        return List.of(JsonMapper.builder().build().readValue(words, String[].class));
    }
}
