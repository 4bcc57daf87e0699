package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes: what the system has not written to the disk is gone. The disk is a file with a file system of its own,
 * and a copy of it, taken while the server is stopped, is what a disk would hold.
 */
class PowerCutIT {

    private static final long DISK_BYTES = 64 * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedReportIsOnTheDisk() throws Exception {
        Mount.assumePermitted();
        Path disk = directory.resolve("disk");
        Path copy = directory.resolve("copy");
        Mount.format(disk, DISK_BYTES);
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        long told;
        try (Mount before = Mount.image(disk, directory.resolve("before"));
                ServerProcess server = ServerProcess.start(directory, file(before), ServerProcess.WITHOUT_HTTP)) {
            Thread appender = new Thread(new JournalingAppender("a", server.grpcPort(), acknowledged, stopped));
            appender.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.get() >= 2_000);
            Mount.run("kill", "-STOP", Long.toString(server.process().pid()));
            told = acknowledged.get();
            Files.copy(disk, copy, StandardCopyOption.REPLACE_EXISTING);
            server.kill();
            stopped.set(true);
            appender.join(30_000);
        }
        try (Mount after = Mount.image(copy, directory.resolve("after"));
                ServerProcess server = ServerProcess.start(directory, file(after), ServerProcess.WITHOUT_HTTP)) {
            assertThat(LogAudit.audit(LogAudit.dump(server.grpcPort()), Map.of("a", told), Set.of()))
                    .isEmpty();
        }
    }

    /** The control: with less than a full sync, committed rows are not on the disk. */
    @Test
    void withoutSyncsACopyOfTheDiskLacksWhatWasCommitted() throws Exception {
        Mount.assumePermitted();
        Path disk = directory.resolve("disk");
        Path copy = directory.resolve("copy");
        Mount.format(disk, DISK_BYTES);
        try (Mount before = Mount.image(disk, directory.resolve("before"))) {
            try (Connection connection = connect(before);
                    Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("CREATE TABLE committed (id INTEGER PRIMARY KEY)");
                statement.execute("PRAGMA synchronous = NORMAL");
                for (int i = 0; i < 200; i++) {
                    statement.execute("INSERT INTO committed DEFAULT VALUES");
                }
                Files.copy(disk, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (Mount after = Mount.image(copy, directory.resolve("after"));
                Connection connection = connect(after);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeQuery("SELECT count(*) FROM committed").getInt(1))
                    .isLessThan(200);
        }
    }

    private static Connection connect(Mount mount) throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + mount.directory().resolve("control.db"));
    }

    private static String file(Mount mount) {
        return "--waystate.state-log.file=" + mount.directory().resolve("waystate.db");
    }
}
