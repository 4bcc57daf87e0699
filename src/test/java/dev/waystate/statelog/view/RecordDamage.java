package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Changes a record in the file of a log as if a row of its own were changed: the others of its block stay as they are. */
public enum RecordDamage {
    STATUS,
    INFO,
    TIME,
    REPORT_TIME,
    SEQUENCE,
    UNKNOWN_SOURCE,
    OTHER_SOURCE,
    CHECKSUM,
    LINK,
    LOCATION,
    NO_LOCATION,
    MISSING;

    /** Damages the record at a position. */
    public void make(Path file, long position) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                RecordScan scan = new RecordScan(connection, position, position);
                Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            connection.setAutoCommit(false);
            if (!scan.next()) {
                throw new IllegalStateException("There is no record at " + position);
            }
            Block block = scan.record().block();
            execute(memory, "CREATE TABLE block (position INTEGER PRIMARY KEY, records, data)");
            copy(block, position, otherSource(connection, scan.record().sourceId()), memory);
            execute(connection, "DELETE FROM block WHERE position = " + block.first());
            try (Statement statement = memory.createStatement();
                    ResultSet row = statement.executeQuery("SELECT " + Block.COLUMNS + " FROM block");
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO block VALUES (?, ?, ?)")) {
                while (row.next()) {
                    insert.setLong(1, row.getLong(1));
                    insert.setInt(2, row.getInt(2));
                    insert.setBytes(3, row.getBytes(3));
                    insert.executeUpdate();
                }
            }
            connection.commit();
        }
    }

    private static long otherSource(Connection connection, long source) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT max(id) FROM source WHERE id <> " + source)) {
            return row.getLong(1);
        }
    }

    private void copy(Block block, long position, long otherSource, Connection to) throws SQLException {
        BlockCursor cursor = new BlockCursor();
        cursor.open(block);
        try (BlockWriter writer = new BlockWriter(to)) {
            while (cursor.next()) {
                boolean meant = cursor.position() == position;
                RecordRow row = row(cursor);
                RecordRow damaged = meant ? damaged(row, otherSource) : row;
                if (damaged != null) {
                    byte[] info = damaged.info().getBytes(StandardCharsets.UTF_8);
                    writer.add(damaged, info, cursor.checksum() + (meant && this == CHECKSUM ? 1 : 0));
                }
            }
            writer.finish();
        }
    }

    private @Nullable RecordRow damaged(RecordRow row, long otherSource) {
        return switch (this) {
            case STATUS -> with(row, row.sourceId(), row.sequence(), row.status() + 1, row.info(), row.location());
            case INFO -> with(row, row.sourceId(), row.sequence(), row.status(), "another", row.location());
            case SEQUENCE -> with(row, row.sourceId(), row.sequence() + 1, row.status(), row.info(), row.location());
            case UNKNOWN_SOURCE -> with(row, 1_000, row.sequence(), row.status(), row.info(), row.location());
            case OTHER_SOURCE -> with(row, otherSource, row.sequence(), row.status(), row.info(), row.location());
            case LOCATION ->
                with(row, row.sourceId(), row.sequence(), row.status(), row.info(), new Point(1_234_567, 0));
            case NO_LOCATION -> with(row, row.sourceId(), row.sequence(), row.status(), row.info(), null);
            case TIME -> with(row, row.reportedAt(), row.recordedAt() + TimeUnit.DAYS.toNanos(365), row.previous());
            case REPORT_TIME -> with(row, row.recordedAt() - 1, row.recordedAt(), row.previous());
            case LINK -> with(row, row.reportedAt(), row.recordedAt(), row.previous() + 7);
            case CHECKSUM -> row;
            case MISSING -> null;
        };
    }

    private static RecordRow with(
            RecordRow row, long sourceId, long sequence, int status, String info, @Nullable Point location) {
        return new RecordRow(
                row.position(),
                sourceId,
                sequence,
                status,
                info,
                row.reportedAt(),
                row.recordedAt(),
                row.previous(),
                location);
    }

    private static RecordRow with(RecordRow row, long reportedAt, long recordedAt, long previous) {
        return new RecordRow(
                row.position(),
                row.sourceId(),
                row.sequence(),
                row.status(),
                row.info(),
                reportedAt,
                recordedAt,
                previous,
                row.location());
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static RecordRow row(BlockCursor cursor) {
        return new RecordRow(
                cursor.position(),
                cursor.sourceId(),
                cursor.sequence(),
                cursor.status(),
                new String(cursor.bytes(), cursor.infoStart(), cursor.infoLength(), StandardCharsets.UTF_8),
                cursor.reportedAt(),
                cursor.recordedAt(),
                cursor.previous(),
                cursor.location());
    }
}
