package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Adds records to the log, block by block. The last block is kept in memory and written again with what comes, until it is
 * full: a commit writes its page in any case.
 */
final class BlockWriter implements AutoCloseable {

    /** The largest array that is kept after a long record. */
    private static final int MOST_BYTES_KEPT = 64 * 1024;

    private final PreparedStatement findLast;
    private final PreparedStatement put;
    private final Checksum checksums = new Checksum();

    /** Whether the last block is the one in memory. */
    private boolean known;

    private byte[] data = new byte[2 * Block.MOST_BYTES];
    private long first;
    private int records;
    private int length;

    /** Whether there is more in the block than in its row. */
    private boolean changed;

    /** The block as it was written last; none after {@link #discard}. */
    private Block written = Block.NONE;

    // Of the last record in the block.
    private long sequence;
    private long recordedAt;

    BlockWriter(Connection connection) throws SQLException {
        findLast =
                connection.prepareStatement("SELECT " + Block.COLUMNS + " FROM block ORDER BY position DESC LIMIT 1");
        put = connection.prepareStatement("INSERT OR REPLACE INTO block (position, records, data) VALUES (?, ?, ?)");
    }

    /** Adds the record that follows the last one. */
    void add(RecordRow row, String source) throws SQLException {
        byte[] info = row.info().getBytes(StandardCharsets.UTF_8);
        add(row, info, checksum(row, source, info));
    }

    /** Returns the checksum of a record. */
    int checksum(RecordRow row, String source, byte[] info) {
        return row.begin(checksums).of(source, info);
    }

    /** Adds a record with a checksum, right or wrong. */
    void add(RecordRow row, byte[] info, int checksum) throws SQLException {
        if (!known) {
            readLast();
        }
        if (row.position() != first + records || length + info.length > Block.MOST_BYTES) {
            beginAnother(row.position()); // there is none, a record is missing, or there is no room
        }
        int end = encode(row, info, checksum);
        if (end > Block.MOST_BYTES && records > 0) {
            beginAnother(row.position());
            end = encode(row, info, checksum);
        }
        length = end;
        records++;
        sequence = row.sequence();
        recordedAt = row.recordedAt();
        changed = true;
    }

    private void beginAnother(long position) throws SQLException {
        finish();
        begin(position);
    }

    private void begin(long position) {
        first = position;
        records = 0;
        length = 0;
        sequence = 0;
        recordedAt = 0;
        if (data.length > MOST_BYTES_KEPT) {
            data = new byte[2 * Block.MOST_BYTES];
        }
    }

    /** Reads the last block, to go on with it. If it is damaged, there will be another one. */
    private void readLast() throws SQLException {
        begin(0);
        try (ResultSet row = findLast.executeQuery()) {
            Block last = row.next() ? Block.read(row) : Block.NONE;
            BlockCursor cursor = new BlockCursor();
            cursor.open(last);
            if (cursor.moveTo(last.end() - 1) && cursor.isLast()) {
                first = last.first();
                records = last.records();
                length = last.data().length;
                data = Arrays.copyOf(last.data(), Math.max(length, data.length));
                sequence = cursor.sequence();
                recordedAt = cursor.recordedAt();
            }
        }
        known = true;
    }

    /** Writes a record behind the last one, and returns where it ends. */
    private int encode(RecordRow row, byte[] info, int checksum) {
        int most = length + Block.MOST_BYTES_BESIDES_INFO + info.length;
        if (most > data.length) {
            data = Arrays.copyOf(data, most);
        }
        Point location = row.location();
        boolean reported = row.reportedAt() != StoredRecord.NOT_REPORTED;
        boolean linked = row.previous() != RecordRow.UNLINKED;
        Block.CHECKSUM.set(data, length, checksum);
        int at = length + Block.CHECKSUM_BYTES;
        data[at++] = (byte) ((reported ? Block.REPORTED : 0)
                | (location != null ? Block.LOCATED : 0)
                | (linked ? 0 : Block.UNLINKED));
        at = put(at, row.sourceId());
        at = put(at, row.status());
        at = put(at, row.sequence() - sequence);
        at = put(at, row.recordedAt() - recordedAt);
        if (linked) {
            at = put(at, row.position() - row.previous());
        }
        if (reported) {
            at = put(at, row.recordedAt() - row.reportedAt());
        }
        if (location != null) {
            at = put(at, location.x());
            at = put(at, location.y());
        }
        at = put(at, info.length);
        System.arraycopy(info, 0, data, at, info.length);
        return at + info.length;
    }

    private int put(int start, long number) {
        int at = start;
        long rest = number << 1 ^ number >> 63;
        while ((rest & ~0x7fL) != 0) {
            data[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        data[at++] = (byte) rest;
        return at;
    }

    /** Writes what was added and is in memory alone. */
    void finish() throws SQLException {
        if (changed) {
            written = new Block(first, records, Arrays.copyOf(data, length));
            put.setLong(1, first);
            put.setInt(2, records);
            put.setBytes(3, written.data());
            put.executeUpdate();
            changed = false;
        }
    }

    /** Forgets the block in memory, with all that was added since the last commit. The block will be read again. */
    void discard() {
        known = false;
        changed = false;
        written = Block.NONE;
    }

    /** Returns the last block as {@link #finish} wrote it; none if that was not since the last {@link #discard}. */
    Block written() {
        return written;
    }

    @Override
    public void close() throws SQLException {
        findLast.close();
        put.close();
    }
}
