package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row of the block table: records of successive positions, one after the other. A record is
 *
 * <ul>
 *   <li>the CRC-32C of what it says, 4 bytes, the highest first;
 *   <li>a byte of flags;
 *   <li>the id of its source, its status, its sequence and its time; the latter two less those of the record before in the
 *       block;
 *   <li>by how many positions it follows the record of its source before, or 0 where there is none, unless it is unlinked;
 *   <li>if it has them: the time between its report and its recording, and the coordinates of its location;
 *   <li>the length of its info, and that in UTF-8.
 * </ul>
 *
 * <p>Numbers are zigzag varints as protobuf has them. A block ends before the record for which it has no room: where it
 * ends depends on its records alone, and not on how they were grouped into transactions. A log whose records had a row
 * each before may have other ends than one that is built anew from the same history: its blocks begin with the record that
 * was the earliest by then.
 *
 * @param first the position of the first record
 * @param records how many there are
 */
record Block(long first, int records, byte[] data) {

    /** The bytes that fit into a page of SQLite, besides those that it adds. A longer record has a block for itself. */
    static final int MOST_BYTES = 4050;

    static final int CHECKSUM_BYTES = Integer.BYTES;
    static final VarHandle CHECKSUM = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** The most bytes that a record takes besides its info: ten numbers of ten bytes. */
    static final int MOST_BYTES_BESIDES_INFO = CHECKSUM_BYTES + 1 + 10 * 10;

    // The flags.
    static final int REPORTED = 1;
    static final int LOCATED = 2;
    static final int UNLINKED = 4;
    static final int FLAGS_END = 8;

    /** No record has both: the time before records were linked knew no locations, and their checksums have none. */
    static final int UNLINKED_AND_LOCATED = UNLINKED | LOCATED;

    static final String COLUMNS = "position, records, data";

    /** One without records. */
    static final Block NONE = new Block(0, 0, new byte[0]);

    static Block read(ResultSet row) throws SQLException {
        return new Block(row.getLong(1), row.getInt(2), row.getBytes(3));
    }

    /** Returns the position after the last record. */
    long end() {
        return first + records;
    }

    boolean has(long position) {
        return position >= first && position < end();
    }

    /** Begins the checksum of a record with its numbers. The name of its source and its info follow. */
    static Checksum begin(
            Checksum checksum,
            long position,
            long sequence,
            int status,
            long reportedAt,
            long recordedAt,
            long previous,
            @Nullable Point location) {
        checksum.begin()
                .add(position)
                .add(sequence)
                .add(status)
                .add(reportedAt)
                .add(recordedAt)
                .add(0);
        if (previous != RecordRow.UNLINKED) {
            checksum.add(previous);
            if (location != null) {
                checksum.add(location.x()).add(location.y());
            }
        }
        return checksum;
    }
}
