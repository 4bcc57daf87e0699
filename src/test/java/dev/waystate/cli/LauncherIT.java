package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.OtherJava;
import dev.waystate.ServerProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The launcher in a directory of its own, whose name has a space. */
@Timeout(120)
class LauncherIT {

    private static final Path LAUNCHER = Path.of("src/main/launcher/waystate");

    @TempDir
    private Path directory;

    private Path installed;

    static Stream<Path> javaHomes() throws IOException {
        return Stream.concat(Stream.of(Path.of(ServerProcess.java())), OtherJava.java25().stream())
                .map(java -> java.getParent().getParent());
    }

    @BeforeEach
    void install() throws IOException {
        installed = Files.createDirectory(directory.resolve("my waystate"));
        Files.copy(LAUNCHER, installed.resolve("waystate"));
        Files.createSymbolicLink(installed.resolve("waystate.jar"), ServerProcess.jar());
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void archiveIsNamedToJavaWhateverTheDirectoryIsCalled(Path javaHome) throws Exception {
        Path archive = Files.createFile(installed.resolve("client.jsa"));

        CommandRun run = run(javaHome, "-XX:+PrintFlagsFinal", "--version");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("SharedArchiveFile *= " + archive).contains("waystate ");
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void cacheIsNamedToAJavaThatKnowsCachesAndIsNoFailureForAnother(Path javaHome) throws Exception {
        Path cache = Files.createFile(installed.resolve("client.aot"));

        CommandRun run = run(javaHome, "-XX:+PrintFlagsFinal", "--version");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("waystate ");
        if (run.out().contains("AOTCache ")) {
            assertThat(run.out()).containsPattern("AOTCache *= " + cache);
        }
    }

    @Test
    void optionsOfJavaAreThoseOfTheCommandsOwnVariable() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        String proxy = "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + closedPort;
        Path javaHome = Path.of(System.getProperty("java.home"));

        CommandRun withProxy = run(javaHome, proxy, "health", "--target", "proxied.invalid:1");
        CommandRun passedBy =
                run(javaHome, proxy + " -Dhttp.nonProxyHosts=*.invalid", "health", "--target", "proxied.invalid:1");

        assertThat(withProxy.err()).startsWith("The proxy ");
        assertThat(passedBy.err()).startsWith("The host of proxied.invalid:1 is not known");
    }

    private CommandRun run(Path javaHome, String options, String... args) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "env", "JAVA_HOME=" + javaHome, "WAYSTATE_JAVA_OPTIONS=" + options, "JAVA_TOOL_OPTIONS=-Xmx1k"));
        words.add(installed.resolve("waystate").toString());
        words.addAll(List.of(args));
        return CommandRun.of(directory, "", words);
    }
}
