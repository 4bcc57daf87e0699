package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class StartIT {

    /** What a line has when the server's log or the JVM asks for attention. */
    private static final Pattern COMPLAINT = Pattern.compile("\\bWARN\\b|\\bERROR\\b|WARNING:|\\[(warning|error)");

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void startsServesAndEndsWithoutAWarning() throws Exception {
        servesWithoutAWarning(List.of(), "using Java " + System.getProperty("java.version"));
    }

    @Test
    void startsServesAndEndsWithoutAWarningOnJava25() throws Exception {
        Optional<Path> java = java25();
        assumeTrue(java.isPresent(), "there is no Java 25 in JAVA_HOME_25 or under /usr/lib/jvm");
        servesWithoutAWarning(insteadOfItsJvm(java.get()), "using Java 25");
    }

    @Test
    void poolWithoutThreadsIsRefusedByTheNameOfItsKey() throws Exception {
        try (ServerProcess server = ServerProcess.launch(directory, List.of(), "--waystate.executor.pool-size=0")) {
            assertThat(server.process().waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(server.process().exitValue()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(server.output())
                            .anyMatch(line -> line.contains("waystate.executor.pool-size"))
                            .anyMatch(line -> line.contains("must be greater than or equal to 1")));
            assertThat(server.output()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    private void servesWithoutAWarning(List<String> wrapper, String jvm) throws Exception {
        try (ServerProcess server = ServerProcess.launch(directory, wrapper)) {
            await().atMost(START_TIMEOUT)
                    .until(() -> server.output().stream().anyMatch(line -> line.contains("Started WaystateApplication"))
                            || !server.process().isAlive());
            try (Client client = Client.of(server)) {
                assertThat(client.displacement()).isEqualTo(12.165525f);
                client.streamState(3);
            }
            assertThat(server.terminate()).isEqualTo(143);
            assertThat(server.output()).anyMatch(line -> line.contains(jvm)).noneMatch(COMPLAINT.asPredicate());
        }
    }

    /** Returns a wrapper that runs the arguments of the server's command with another JVM. */
    private static List<String> insteadOfItsJvm(Path java) {
        return List.of("sh", "-c", "java=$1; shift 2; exec \"$java\" \"$@\"", "sh", java.toString());
    }

    private static Optional<Path> java25() throws IOException {
        String home = System.getenv("JAVA_HOME_25");
        if (home != null) {
            return Optional.of(Path.of(home, "bin", "java"));
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(candidate -> candidate.getFileName().toString().contains("25"))
                    .map(candidate -> candidate.resolve("bin").resolve("java"))
                    .filter(Files::isExecutable)
                    .sorted()
                    .findFirst();
        }
    }
}
