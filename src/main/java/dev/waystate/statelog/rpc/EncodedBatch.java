package dev.waystate.statelog.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import dev.waystate.geometry.Point;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.statelog.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * The bytes of a {@link RecordBatch}, as protobuf would write it. They are made from stored records, without a message
 * for each.
 */
final class EncodedBatch {

    private static final int FIRST_BYTES = 1024;

    /** The most bytes that a record takes besides its texts. Each of its numbers and lengths is a varint. */
    private static final int MOST_BYTES_BESIDES_TEXTS = 160;

    private static final int NANOS_PER_SECOND = 1_000_000_000;
    private static final int TAG_TYPE_BITS = 3;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    // The time that was written last: most records share it with the one ahead of them.
    private long lastTime = Long.MIN_VALUE;
    private int lastTimeStart;
    private int lastTimeEnd;

    boolean isEmpty() {
        return length == 0;
    }

    /** Adds a record; it may change afterwards. */
    void add(StoredRecord record) {
        makeRoom(MOST_BYTES_BESIDES_TEXTS + record.sourceUtf8().length + record.infoLength());
        int start = begin(RecordBatch.RECORDS_FIELD_NUMBER);
        put(Record.POSITION_FIELD_NUMBER, record.position());
        put(Record.SOURCE_FIELD_NUMBER, record.sourceUtf8(), 0, record.sourceUtf8().length);
        put(Record.SEQUENCE_FIELD_NUMBER, record.sequence());
        put(Record.STATUS_FIELD_NUMBER, record.status());
        put(Record.INFO_FIELD_NUMBER, record.bytes(), record.infoStart(), record.infoLength());
        if (record.reportedAt() != StoredRecord.NOT_REPORTED) {
            putTime(Record.REPORTED_AT_FIELD_NUMBER, record.reportedAt());
        }
        putRecordedAt(record.recordedAt());
        Point location = record.location();
        if (location != null) {
            int point = begin(Record.LOCATION_FIELD_NUMBER);
            put(dev.waystate.proto.Point.X_FIELD_NUMBER, location.x());
            put(dev.waystate.proto.Point.Y_FIELD_NUMBER, location.y());
            end(point);
        }
        end(start);
    }

    private void putRecordedAt(long nanos) {
        if (nanos == lastTime) {
            int size = lastTimeEnd - lastTimeStart;
            System.arraycopy(bytes, lastTimeStart, bytes, length, size);
            length += size;
            return;
        }
        lastTime = nanos;
        lastTimeStart = length;
        putTime(Record.RECORDED_AT_FIELD_NUMBER, nanos);
        lastTimeEnd = length;
    }

    private void putTime(int field, long nanos) {
        int start = begin(field);
        put(Timestamp.SECONDS_FIELD_NUMBER, Math.floorDiv(nanos, NANOS_PER_SECOND));
        put(Timestamp.NANOS_FIELD_NUMBER, Math.floorMod(nanos, NANOS_PER_SECOND));
        end(start);
    }

    private void makeRoom(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }

    private void putTag(int field, int type) {
        bytes[length++] = (byte) (field << TAG_TYPE_BITS | type);
    }

    /** Begins a message, and returns where its content begins. */
    private int begin(int field) {
        putTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return ++length; // a byte for its length, which is seldom too little
    }

    private void end(int start) {
        int size = length - start;
        if (size < 0x80) {
            bytes[start - 1] = (byte) size;
            return;
        }
        int more = CodedOutputStream.computeUInt32SizeNoTag(size) - 1;
        System.arraycopy(bytes, start, bytes, start + more, size);
        if (lastTimeStart > start) {
            lastTimeStart += more;
            lastTimeEnd += more;
        }
        length = start - 1;
        putVarint(size);
        length += size;
    }

    private void put(int field, byte[] text, int from, int size) {
        if (size > 0) {
            putTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            putVarint(size);
            System.arraycopy(text, from, bytes, length, size);
            length += size;
        }
    }

    private void put(int field, long number) {
        if (number != 0) {
            putTag(field, WireFormat.WIRETYPE_VARINT);
            putVarint(number);
        }
    }

    private void putVarint(long number) {
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /** Returns a response with the batch. */
    EncodedResponse in(ReadResponse rest) {
        int size = rest.getSerializedSize()
                + CodedOutputStream.computeTagSize(ReadResponse.BATCH_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(length)
                + length;
        byte[] response = new byte[size];
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(response);
            rest.writeTo(output);
            output.writeByteArray(ReadResponse.BATCH_FIELD_NUMBER, bytes, 0, length);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new EncodedResponse(response);
    }
}
