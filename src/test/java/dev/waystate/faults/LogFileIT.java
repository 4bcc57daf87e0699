package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.statelog.local.LocalLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs remove, replace or overwrite a server's file. */
class LogFileIT {

    private static final int FAIL_STOP = 74;

    @TempDir
    Path directory;

    @Test
    void aSecondServerIsRefusedUnderWhateverNameItComes() throws Exception {
        Path file = Files.createDirectory(directory.resolve("data")).resolve("waystate.db");
        AtomicLong acknowledged = new AtomicLong();
        for (boolean fresh : new boolean[] {true, false}) { // SQLite takes other locks on a file that is new
            try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
                assertThatAnotherServerIsRefused(server);
                for (Map.Entry<String, Path> name : names(file, fresh).entrySet()) {
                    assertThatThrownBy(() -> LocalLogs.open(name.getValue()))
                            .as(name.getKey())
                            .hasMessageContaining(inUseBy(server));
                }
                append(server, acknowledged, acknowledged.get() + 20);
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            assertThat(LogAudit.audit(LogAudit.dump(server.grpcPort()), Map.of("a", acknowledged.get()), Set.of()))
                    .isEmpty();
        }
    }

    private Map<String, Path> names(Path file, boolean create) throws IOException {
        Path links = directory.resolve("links");
        if (create) {
            Files.createDirectory(links);
            Files.createSymbolicLink(links.resolve("symbolic.db"), file);
            Files.createSymbolicLink(links.resolve("directory"), file.getParent());
            Files.createLink(links.resolve("hard.db"), file);
        }
        Map<String, Path> names = new LinkedHashMap<>();
        names.put("the same", file);
        names.put("relative", Path.of("").toAbsolutePath().relativize(file));
        names.put("through another directory", directory.resolve("data/../data/waystate.db"));
        names.put("symbolic link", links.resolve("symbolic.db"));
        names.put("in a linked directory", links.resolve("directory/waystate.db"));
        names.put("hard link", links.resolve("hard.db"));
        names.put("other spelling", Path.of(file.getParent() + "//./waystate.db"));
        return names;
    }

    private void assertThatAnotherServerIsRefused(ServerProcess owner) throws Exception {
        try (ServerProcess second = ServerProcess.launch(directory, List.of(), ServerProcess.WITHOUT_HTTP)) {
            assertThat(second.process().waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(second.process().exitValue()).isEqualTo(1);
            assertThat(second.output()).anyMatch(line -> line.contains(inUseBy(owner)));
        }
    }

    private static String inUseBy(ServerProcess owner) {
        return "in use by process " + owner.process().pid();
    }

    @Test
    void aDirectoryThatIsUnmountedEndsTheServer() throws Exception {
        Mount.assumePermitted();
        AtomicLong acknowledged = new AtomicLong();
        Path data = directory.resolve("data");
        try (Mount mount = Mount.tmpfs(data, "50m");
                ServerProcess server = ServerProcess.start(directory)) {
            append(server, acknowledged, 20);
            mount.close();
            assertThatItStops(server, acknowledged, "is gone");
        }
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsCoveredByAMountEndsTheServer() throws Exception {
        Mount.assumePermitted();
        AtomicLong acknowledged = new AtomicLong();
        try (ServerProcess server = ServerProcess.start(directory)) {
            append(server, acknowledged, 20);
            Path other = Files.createDirectory(directory.resolve("other"));
            Files.copy(directory.resolve("data/waystate.db"), other.resolve("waystate.db"));
            try (Mount mount = Mount.bind(other, directory.resolve("data"))) {
                assertThatItStops(server, acknowledged, "was replaced by another file");
            }
        }
    }

    @Test
    void aFileThatIsRemovedEndsTheServer() throws Exception {
        AtomicLong acknowledged = new AtomicLong();
        try (ServerProcess server = ServerProcess.start(directory)) {
            append(server, acknowledged, 20);
            try (Stream<Path> files = Files.list(directory.resolve("data"))) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            assertThatItStops(server, acknowledged, "is gone");
        }
    }

    private void assertThatItStops(ServerProcess server, AtomicLong acknowledged, String reason) throws Exception {
        long before = acknowledged.get();
        Thread appender = appender(server, acknowledged, new AtomicBoolean());
        assertThat(server.process().waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(server.process().exitValue()).isEqualTo(FAIL_STOP);
        appender.join(30_000);
        assertThat(acknowledged.get()).isEqualTo(before);
        assertThat(server.output()).anyMatch(line -> line.contains(reason));
    }

    @Test
    void theServerIsNotReadyWhileAnotherProcessHoldsTheFile() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory);
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/waystate.db"));
                Statement statement = other.createStatement()) {
            assertThat(readiness(server)).isEqualTo(200);
            statement.execute("BEGIN IMMEDIATE");
            await().atMost(Duration.ofSeconds(10)).until(() -> readiness(server) == 503);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(server.output())
                            .anyMatch(line -> line.contains("Another process holds the state log's file")));
            statement.execute("COMMIT");
            await().atMost(Duration.ofSeconds(10)).until(() -> readiness(server) == 200);
            AtomicLong acknowledged = new AtomicLong();
            append(server, acknowledged, 5);
            assertThat(server.terminate()).isEqualTo(143);
        }
    }

    private static int readiness(ServerProcess server) throws IOException {
        java.net.HttpURLConnection connection = (java.net.HttpURLConnection)
                new java.net.URL("http://localhost:" + server.httpPort() + "/actuator/health/readiness")
                        .openConnection();
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    private static void append(ServerProcess server, AtomicLong acknowledged, long upTo) throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        Thread appender = appender(server, acknowledged, stopped);
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.get() >= upTo);
        stopped.set(true);
        appender.join(30_000);
    }

    private static Thread appender(ServerProcess server, AtomicLong acknowledged, AtomicBoolean stopped) {
        Thread appender = new Thread(new JournalingAppender("a", server.grpcPort(), acknowledged, stopped));
        appender.start();
        return appender;
    }
}
