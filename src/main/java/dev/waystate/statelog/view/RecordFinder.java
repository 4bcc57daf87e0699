package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds single records, most often near each other. */
final class RecordFinder implements AutoCloseable {

    private static final String FIND =
            "SELECT " + Block.COLUMNS + " FROM block WHERE position <= ? ORDER BY position DESC LIMIT 1";

    private final SourceName.Lookup names;
    private final PreparedStatement statement;
    private final BlockCursor cursor = new BlockCursor();

    RecordFinder(Connection connection, SourceName.Cache names) throws SQLException {
        this.names = names.on(connection);
        statement = connection.prepareStatement(FIND);
    }

    /**
     * Returns a record, until the next one is found.
     *
     * @throws DamagedRecordException if it is damaged, or missing
     */
    BlockCursor find(long position) throws SQLException {
        if (!cursor.block().has(position) || !cursor.moveTo(position)) {
            open(position); // the block before may say that it has more records than are in it
        }
        if (!cursor.moveTo(position) || !cursor.isIntact(names.find(cursor.sourceId()))) {
            throw new DamagedRecordException(position);
        }
        return cursor;
    }

    /**
     * Returns the positions of the records of a source in the block of a position, up to that position.
     *
     * @throws DamagedRecordException if one of the block's records up to there is missing, or cannot be made out: it
     *     may be of the source
     */
    List<Long> positionsUpTo(long position, long sourceId) throws SQLException {
        open(position);
        if (!cursor.block().has(position)) {
            throw new DamagedRecordException(position);
        }
        List<Long> positions = new ArrayList<>();
        while (cursor.position() < position) {
            if (!cursor.next()) {
                throw new DamagedRecordException(cursor.position() + 1);
            }
            if (cursor.sourceId() == sourceId) {
                positions.add(cursor.position());
            }
        }
        return positions;
    }

    /** Returns the position of the first record in the block where a record was found last; 0 if there was none. */
    long blockStart() {
        return cursor.block().first();
    }

    private void open(long position) throws SQLException {
        statement.setLong(1, position);
        try (ResultSet row = statement.executeQuery()) {
            cursor.open(row.next() ? Block.read(row) : Block.NONE);
        }
    }

    @Override
    public void close() throws SQLException {
        names.close();
        statement.close();
    }
}
