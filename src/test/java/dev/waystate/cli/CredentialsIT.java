package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against a server that asks who calls. */
@Timeout(90)
class CredentialsIT {

    private static final int PERMISSION_DENIED = 64 + 7;
    private static final int UNAUTHENTICATED = 64 + 16;
    private static final String TOKEN = "token-of-the-farm-1";

    @TempDir
    private static Path directory;

    private static Path token;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        server = ServerProcess.start(
                directory,
                "--waystate.security.callers[0].name=farm",
                "--waystate.security.callers[0].token-file=" + token,
                "--waystate.security.callers[0].permissions=state:write,state:read",
                "--waystate.security.callers[0].sources=farm,cow-*");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void withTheTokenWhatIsAllowedIsDone() {
        assertThat(run("report --status OK", token).exitCode()).isZero();
        assertThat(run("report --status OK --source cow-1", token).exitCode()).isZero();
        assertThat(run("sources", token).outLines()).anyMatch(line -> line.startsWith("cow-1 "));
        assertThat(run("sources", token).outLines()).anyMatch(line -> line.startsWith("farm "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"displace 0,0 3,4", "report --status OK", "read", "read --follow", "sources", "summary"})
    void withoutATokenTheCommandSaysWhatIsMissing(String command) {
        CommandRun run = run(command, null);
        assertThat(run.exitCode()).isEqualTo(UNAUTHENTICATED);
        assertThat(run.err())
                .hasLineCount(1)
                .startsWith("UNAUTHENTICATED: Expected a credential that is valid here")
                .contains("--token-file")
                .contains("--cert");
    }

    @Test
    void withAnotherTokenItIsTheSame() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "another-token-0123456789");
        CommandRun run = run("summary", other);
        assertThat(run.exitCode()).isEqualTo(UNAUTHENTICATED);
        assertThat(run.err()).contains("UNAUTHENTICATED: Expected a credential that is valid here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"displace 0,0 3,4", "report --status OK --source dog"})
    void whatTheCallerMayNotDoIsToldFromThat(String command) {
        CommandRun run = run(command, token);
        assertThat(run.exitCode()).isEqualTo(PERMISSION_DENIED);
        assertThat(run.err()).contains("PERMISSION_DENIED: Expected a caller that may do this");
    }

    @Test
    void healthNeedsNoToken() {
        assertThat(run("health", null).exitCode()).isZero();
    }

    @Test
    void aTokenFileThatCannotBeReadIsWrongUsage() {
        CommandRun run = run("summary", directory.resolve("absent"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--token-file").hasLineCount(1);
    }

    @Test
    void theServerSaysOnceForEachPortThatTokensAreNotEncryptedAndNeverShowsThem() {
        run("summary", token);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(server.output())
                        .filteredOn(line -> line.contains(" WARN "))
                        .hasSize(2) // of the gRPC and of the HTTP port
                        .allMatch(line -> line.contains("are not encrypted on their way")));
        assertThat(server.output()).noneMatch(line -> line.contains(TOKEN));
    }

    private static CommandRun run(String command, Path tokenFile) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.addAll(List.of("--target", server.target()));
        if (tokenFile != null) {
            args.addAll(List.of("--token-file", tokenFile.toString()));
        }
        return CommandRun.of(args.toArray(String[]::new));
    }
}
