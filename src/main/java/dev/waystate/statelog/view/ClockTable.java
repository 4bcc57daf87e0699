package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a log stores of the clock that gives its records their times. Used only by the thread that applies batches. */
public final class ClockTable {

    /**
     * When the clock was looked at.
     *
     * @param recordedAt what it showed, in nanoseconds since 1970
     * @param boot which boot of which machine it was; empty when that is not known
     * @param uptime how long the machine had been up, in nanoseconds
     */
    public record Anchor(long recordedAt, String boot, long uptime) {}

    /**
     * A step ahead of the time that had gone by.
     *
     * @param recordedAt what the clock showed after it, in nanoseconds since 1970
     * @param nanos how far it went
     */
    public record Step(long recordedAt, long nanos) {}

    private final WriterConnection writer;

    ClockTable(WriterConnection writer) {
        this.writer = writer;
    }

    /** Returns the last anchor; null when the log is new, or was restored. */
    public @Nullable Anchor anchor() throws SQLException {
        try (PreparedStatement find = writer.prepare("SELECT recorded_at, boot, uptime FROM clock");
                ResultSet row = find.executeQuery()) {
            return row.next() ? new Anchor(row.getLong(1), row.getString(2), row.getLong(3)) : null;
        }
    }

    /** Returns the steps from the first to the last. */
    public List<Step> steps() throws SQLException {
        List<Step> steps = new ArrayList<>();
        try (PreparedStatement find = writer.prepare("SELECT recorded_at, nanos FROM clock_step ORDER BY recorded_at");
                ResultSet row = find.executeQuery()) {
            while (row.next()) {
                steps.add(new Step(row.getLong(1), row.getLong(2)));
            }
        }
        return steps;
    }

    /** Replaces all of it or nothing, in the transaction that is open, if there is one. */
    public void replace(Anchor anchor, List<Step> steps) throws SQLException {
        writer.execute("SAVEPOINT clock");
        writer.execute("DELETE FROM clock_step");
        try (PreparedStatement insert = writer.prepare("INSERT INTO clock_step VALUES (?, ?)")) {
            for (Step step : steps) {
                insert.setLong(1, step.recordedAt());
                insert.setLong(2, step.nanos());
                insert.executeUpdate();
            }
        }
        try (PreparedStatement insert = writer.prepare("INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)")) {
            insert.setLong(1, anchor.recordedAt());
            insert.setString(2, anchor.boot());
            insert.setLong(3, anchor.uptime());
            insert.executeUpdate();
        }
        writer.execute("RELEASE clock");
    }
}
