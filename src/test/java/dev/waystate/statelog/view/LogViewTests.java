package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.file.LogFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogViewTests {

    @TempDir
    Path directory;

    @Test
    void commitsAreSyncedBeforeTheyReturn() throws Exception {
        LogFile file = LogFile.findOrCreate(directory.resolve("waystate.db"));
        try (LogView view = LogView.open(file.path(), 1);
                Connection writer = file.dataSource(LogView.writerSettings()).getConnection()) {
            assertThat(view.head()).isZero();
            assertThat(pragma(writer, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(writer, "synchronous")).isEqualTo("2");
            assertThat(pragma(writer, "wal_autocheckpoint")).isEqualTo("0");
        }
    }

    private static String pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeQuery("PRAGMA " + name).getString(1);
        }
    }
}
