package dev.waystate.statelog.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * An SQLite file in use by this process alone: one connection writes, a few read. Commits are durable when they return
 * (write-ahead log, synchronous=FULL). The writer moves the write-ahead log into the file itself, because SQLite would
 * ignore a failure of the automatic way.
 */
final class SqliteDatabase implements AutoCloseable {

    static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final int CACHE_KIBIBYTES = 16 * 1024;
    private static final int WAL_LEFT_AFTER_RESET_BYTES = 16 * 1024 * 1024;

    private final ProcessLock lock;
    private final WriterConnection writer;
    private final HikariDataSource readers;

    private SqliteDatabase(ProcessLock lock, WriterConnection writer, HikariDataSource readers) {
        this.lock = lock;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens the file, after creating it and its directory where they are missing, and brings its tables up to date.
     *
     * @throws IllegalStateException if another process has it open
     */
    static SqliteDatabase open(Path file, int readConnections) throws SQLException {
        createDirectory(file);
        ProcessLock lock = ProcessLock.acquire(file);
        WriterConnection writer = null;
        try {
            migrate(file);
            writer = openWriter(file);
            return new SqliteDatabase(lock, writer, openReaders(file, readConnections));
        } catch (SQLException | RuntimeException problem) {
            if (writer != null) {
                writer.close();
            }
            lock.close();
            throw problem;
        }
    }

    WriterConnection writer() {
        return writer;
    }

    /** Returns a connection of a reader, which closing gives back. */
    Connection reader() throws SQLException {
        return readers.getConnection();
    }

    @Override
    public void close() throws SQLException {
        readers.close();
        writer.close();
        lock.close();
    }

    private static void createDirectory(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException problem) {
            throw new UncheckedIOException("Cannot create the directory of " + file.toAbsolutePath(), problem);
        }
    }

    private static void migrate(Path file) {
        Flyway.configure()
                .dataSource(dataSource(file, settings()))
                .locations("classpath:db/migration/sqlite")
                .load()
                .migrate();
    }

    private static WriterConnection openWriter(Path file) throws SQLException {
        SQLiteConfig settings = settings();
        settings.setOpenMode(SQLiteOpenMode.NOMUTEX); // one thread uses it, and the driver has a lock of its own
        settings.setCacheSize(-CACHE_KIBIBYTES);
        settings.setJournalSizeLimit(WAL_LEFT_AFTER_RESET_BYTES);
        return new WriterConnection(dataSource(file, settings).getConnection());
    }

    private static HikariDataSource openReaders(Path file, int connections) {
        SQLiteConfig settings = settings();
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("state-log-readers");
        pool.setDataSource(dataSource(file, settings));
        pool.setConnectionInitSql("PRAGMA query_only = true");
        pool.setMaximumPoolSize(connections);
        return new HikariDataSource(pool);
    }

    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(JournalMode.WAL);
        settings.setSynchronous(SynchronousMode.FULL);
        settings.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        settings.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
        return settings;
    }

    private static SQLiteDataSource dataSource(Path file, SQLiteConfig settings) {
        SQLiteDataSource dataSource = new SQLiteDataSource(settings);
        dataSource.setUrl("jdbc:sqlite:" + file);
        return dataSource;
    }
}
