package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.operation.LogMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogViewTests {

    @TempDir
    Path directory;

    private final Session session = new Session();

    @Test
    void commitsAreSyncedBeforeTheyReturn() throws Exception {
        LogFile file = LogFile.findOrCreate(directory.resolve("waystate.db"));
        try (LogView view = LogView.open(file.path(), 1);
                Connection writer = file.dataSource(ViewFile.writerSettings()).getConnection()) {
            assertThat(view.head()).isZero();
            assertThat(pragma(writer, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(writer, "synchronous")).isEqualTo("2");
            assertThat(pragma(writer, "wal_autocheckpoint")).isEqualTo("0");
        }
    }

    /** They share pages, and a checkpoint holds all of them up. */
    @Test
    void aTransactionCountsItsSourcesAndNotItsBatchesTowardsTheNextCheckpoint() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (LogView view = LogView.open(directory.resolve("waystate.db"), 1, new LogMetrics(meters))) {
            append(view, IntStream.range(0, 400).mapToObj(i -> "cow"));
            assertThat(meters.get("waystate.log.checkpoint").timer().count()).isZero();
            append(view, IntStream.range(0, 400).mapToObj(i -> "cow " + i));
            assertThat(meters.get("waystate.log.checkpoint").timer().count()).isEqualTo(1);
        }
    }

    /** Appends a batch of one report for each source, in one transaction. */
    private void append(LogView view, Stream<String> sources) throws Exception {
        assertThat(view.begin()).isTrue();
        for (String source : sources.toList()) {
            List<Report> reports = List.of(new Report(1, "", null));
            view.apply(session.next(), new Entry.Append(source, null, Batch.UNNUMBERED, reports), 1);
        }
        view.commit();
        view.checkpointWhenDue();
    }

    private static String pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeQuery("PRAGMA " + name).getString(1);
        }
    }
}
