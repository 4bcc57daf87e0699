package dev.waystate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that a user has written in Python against the server. */
class PythonClientIT {

    @TempDir
    private Path directory;

    @Test
    void pythonClientGetsItsDistanceAndHasItsReportsStoredAndLogged() throws Exception {
        Python python = Python.withStubs();
        try (ServerProcess server = ServerProcess.start(directory)) {
            CommandRun client = python.run("client.py", Integer.toString(server.grpcPort()));

            assertThat(client.err()).isEmpty();
            assertThat(client.exitCode()).isZero();
            assertThat(client.outLines()).containsExactly("distance: 12.165525", "answer: Empty");
            assertLogged(server, "OK \"All good.\"");
            assertLogged(server, "THIRSTY \"Requires watering.\"");
            assertLogged(server, "STARVED \"Requires food.\"");
            assertLogged(server, "TIRED \"Requires rest.\"");
            assertLogged(server, "UNKNOWN \"Cannot tell.\"");
            assertLogged(server, "5 reports stored");
        }
    }

    private static void assertLogged(ServerProcess server, String text) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(server.output())
                        .anySatisfy(line ->
                                assertThat(line).contains("stream_state").contains(text)));
    }
}
