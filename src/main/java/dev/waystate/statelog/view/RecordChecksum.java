package dev.waystate.statelog.view;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The CRC-32C of what a row says. Not safe for use by several threads. */
final class RecordChecksum {

    /** What stands for the time of a report that has none; no time that can be stored. */
    private static final long NOT_REPORTED = Long.MIN_VALUE;

    private final CRC32C crc = new CRC32C();
    private String lastSource = "";
    private byte[] lastSourceBytes = {};
    private final ByteBuffer numbers = ByteBuffer.allocate(6 * Long.BYTES);

    /** Returns the checksum of a record. */
    int ofRecord(
            long position,
            String source,
            long sequence,
            int status,
            String info,
            @Nullable Long reportedAt,
            long recordedAt) {
        return of(position, source, sequence, status, info, reportedAt, recordedAt, 0);
    }

    /** Returns the checksum of a source, which is that of its latest record and its durable sequence. */
    int of(
            long position,
            String source,
            long sequence,
            int status,
            String info,
            @Nullable Long reportedAt,
            long recordedAt,
            long durableSequence) {
        numbers.clear()
                .putLong(position)
                .putLong(sequence)
                .putLong(status)
                .putLong(reportedAt == null ? NOT_REPORTED : reportedAt)
                .putLong(recordedAt)
                .putLong(durableSequence);
        crc.reset();
        crc.update(numbers.array());
        crc.update(bytes(source));
        crc.update(0); // so that a character cannot move from the source to the info
        crc.update(info.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /** Most records follow one of the same source. */
    private byte[] bytes(String source) {
        if (!source.equals(lastSource)) {
            lastSource = source;
            lastSourceBytes = source.getBytes(StandardCharsets.UTF_8);
        }
        return lastSourceBytes;
    }
}
