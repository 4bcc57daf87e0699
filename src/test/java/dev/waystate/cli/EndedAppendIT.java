package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code append} that a signal ends while its pipe is open. */
@Timeout(120)
class EndedAppendIT {

    @TempDir
    private Path directory;

    @Test
    void signalHasItSayUpToWhereEverythingIsDurable() throws Exception {
        Path err = directory.resolve("err.txt");
        ServerProcess server = ServerProcess.shared();
        Process append = new ProcessBuilder(ServerProcess.command(
                        "append", "--source=ended", "--format=json", "--target=" + server.target(), "-"))
                .redirectError(err.toFile())
                .start();
        try (Writer reports = append.outputWriter()) {
            reports.write("{\"status\":\"OK\"}\n".repeat(3));
            reports.flush();
            await().atMost(Duration.ofSeconds(40)).until(() -> stored(server) > 0);

            CommandRun.of(directory, "", List.of("kill", "-INT", Long.toString(append.pid())));

            assertThat(append.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(append.exitValue()).isEqualTo(130);
            assertThat(Files.readString(err))
                    .containsPattern("Everything up to sequence [0-3] is durable: the same command goes on");
        } finally {
            append.destroyForcibly();
        }
    }

    private static long stored(ServerProcess server) {
        return CommandRun.of("read", "--json", "--source=ended", "--target", server.target())
                .outLines()
                .size();
    }
}
