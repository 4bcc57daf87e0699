package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.StoredRecord;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts records that have a row each into blocks, in one transaction. The file does not grow: the blocks take the pages
 * that the rows leave. A row that is damaged becomes a damaged record, and one that is missing stays so.
 */
final class BlockMigration implements JavaMigration {

    private static final Logger log = LoggerFactory.getLogger(BlockMigration.class);

    private static final String CREATE = """
            CREATE TABLE block (
                position INTEGER PRIMARY KEY, -- of its first record
                records  INTEGER NOT NULL,    -- how many, one after the other
                data     BLOB    NOT NULL     -- the records, as the class Block describes them
            ) STRICT""";

    /** The records of a step. The blocks of the first step are written before the rows of others have left room. */
    private static final int STEP_RECORDS = 2_000;

    private static final int RECORDS_BETWEEN_LINES = 10_000_000;

    /** What stands for the abscissa of a report without a location; no int. */
    private static final long NOT_LOCATED = Long.MIN_VALUE;

    /**
     * Finds rows, with numbers in the place of null: to ask the driver whether a column was null costs as much as
     * another column.
     */
    private static final String FIND = "SELECT position, source_id, sequence, status, info, ifnull(reported_at, "
            + StoredRecord.NOT_REPORTED + "), recorded_at, ifnull(previous, " + RecordRow.UNLINKED + "), ifnull(x, "
            + NOT_LOCATED + "), y, checksum, (SELECT name FROM source WHERE id = source_id) FROM record"
            + " WHERE position > ? ORDER BY position LIMIT " + STEP_RECORDS;

    private final Path file;

    private long moved;

    BlockMigration(Path file) {
        this.file = file;
    }

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("5");
    }

    @Override
    public String getDescription() {
        return "blocks";
    }

    /** Returns no checksum, since the code that has been run does not change. */
    @Override
    public @Nullable Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws SQLException, IOException {
        Connection connection = context.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
            long earliest;
            long head;
            try (ResultSet bounds = statement.executeQuery("SELECT earliest, head FROM bounds")) {
                bounds.next();
                earliest = bounds.getLong(1);
                head = bounds.getLong(2);
            }
            if (earliest <= head) {
                checkRoom();
                log.info("Putting the records {} to {} into blocks", earliest, head);
                long begun = System.nanoTime();
                moveRecords(connection);
                log.info("Put {} records into blocks in {} ms", moved, (System.nanoTime() - begun) / 1_000_000);
            }
            statement.execute("DROP TABLE record");
        }
    }

    /** Refuses a disk without room for the write-ahead log, which gets each page that changes. */
    private void checkRoom() throws IOException {
        long size = Files.size(file);
        long room = Files.getFileStore(file).getUsableSpace();
        if (room < size) {
            throw new UnusableFileException("Expected " + size + " bytes of free disk beside the state log " + file
                    + ", as much as it has itself, to put its records into blocks, but there are " + room
                    + ". Nothing was changed. Make room and start again, or run the earlier Waystate");
        }
    }

    private void moveRecords(Connection connection) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND);
                PreparedStatement delete = connection.prepareStatement("DELETE FROM record WHERE position <= ?");
                BlockWriter blocks = new BlockWriter(connection)) {
            long last = Long.MIN_VALUE;
            long step;
            do {
                step = 0;
                find.setLong(1, last);
                try (ResultSet row = find.executeQuery()) {
                    while (row.next()) {
                        move(row, blocks);
                        last = row.getLong(1);
                        step++;
                    }
                }
                delete.setLong(1, last);
                delete.executeUpdate();
            } while (step == STEP_RECORDS);
            blocks.finish();
        } catch (SQLException problem) {
            if (SqliteErrors.isHalfWritten(problem)) {
                throw damaged(problem);
            }
            throw problem;
        }
    }

    private UnusableFileException damaged(SQLException problem) {
        UnusableFileException damaged = new UnusableFileException("Cannot put the records of the state log " + file
                + " into blocks: a page of the file is damaged. Nothing was changed. Restore the file from a backup; or"
                + " run the earlier Waystate, which reads the other pages");
        damaged.addSuppressed(problem);
        return damaged;
    }

    private void move(ResultSet row, BlockWriter blocks) throws SQLException {
        long x = row.getLong(9);
        boolean located = x != NOT_LOCATED;
        boolean linked = row.getLong(8) != RecordRow.UNLINKED;
        RecordRow record = new RecordRow(
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getInt(4),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                located && linked ? new Point((int) x, row.getInt(10)) : null);
        String source = row.getString(12);
        byte[] info = record.info().getBytes(StandardCharsets.UTF_8);
        int checksum = blocks.checksum(record, Objects.requireNonNullElse(source, ""), info);
        boolean intact = source != null && (linked || !located) && checksum == row.getInt(11);
        blocks.add(record, info, intact ? checksum : ~checksum);
        if (++moved % RECORDS_BETWEEN_LINES == 0) {
            log.info("Put {} records into blocks so far", moved);
        }
    }
}
