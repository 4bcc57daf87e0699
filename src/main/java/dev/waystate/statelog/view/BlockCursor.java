package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the records of a block, and of one block after the other. What it shows of a record counts only after
 * {@link #isIntact}. Used by one thread.
 */
final class BlockCursor implements StoredRecord {

    private final Checksum checksums = new Checksum();

    private Block block = Block.NONE;
    private byte[] data = Block.NONE.data();

    /** Where the next record begins. */
    private int at;

    private long position = -1;
    private boolean broken;
    private int checksum;
    private int flags;
    private long sourceId;
    private @Nullable SourceName source;
    private int status;
    private long sequence;
    private long recordedAt;
    private long previous;
    private long reportedAt;
    private int x;
    private int y;
    private int infoStart;
    private int infoLength;

    /** Opens a block, before its first record. */
    void open(Block next) {
        block = next;
        data = next.data();
        at = 0;
        position = next.first() - 1;
        sequence = 0;
        recordedAt = 0;
        broken = false;
    }

    Block block() {
        return block;
    }

    /** Moves to the next record. Returns false at the end of the block, or of what can be read in it. */
    boolean next() {
        if (broken || position + 1 >= block.end()) {
            return false;
        }
        try {
            readNext();
            position++;
            return true;
        } catch (IndexOutOfBoundsException behindTheEndOrNoFlags) {
            broken = true;
            return false;
        }
    }

    /**
     * Moves to a record of the block, in either direction. Returns false if the record is not in it, or cannot be read.
     */
    boolean moveTo(long wanted) {
        if (wanted < position || broken) {
            open(block);
        }
        while (position < wanted) {
            if (!next()) {
                return false;
            }
        }
        return block.has(wanted);
    }

    /** Returns whether nothing follows the record. */
    boolean isLast() {
        return at == data.length;
    }

    private void readNext() {
        checksum = (int) Block.CHECKSUM.get(data, at);
        flags = Objects.checkIndex(data[at + Block.CHECKSUM_BYTES], Block.FLAGS_END);
        if ((flags & Block.UNLINKED_AND_LOCATED) == Block.UNLINKED_AND_LOCATED) {
            throw new IndexOutOfBoundsException();
        }
        at += Block.CHECKSUM_BYTES + 1;
        sourceId = number();
        status = (int) number();
        sequence += number();
        recordedAt += number();
        previous = (flags & Block.UNLINKED) == 0 ? position + 1 - number() : RecordRow.UNLINKED;
        reportedAt = (flags & Block.REPORTED) == 0 ? NOT_REPORTED : recordedAt - number();
        if ((flags & Block.LOCATED) != 0) {
            x = (int) number();
            y = (int) number();
        }
        long length = number();
        infoStart = at;
        if (length < 0 || length > data.length - at) {
            throw new IndexOutOfBoundsException();
        }
        infoLength = (int) length;
        at += infoLength;
    }

    private long number() {
        long value = data[at++];
        if (value < 0) {
            value &= 0x7f;
            for (int shift = 7; ; shift += 7) {
                long next = data[at++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    break;
                }
            }
        }
        return value >>> 1 ^ -(value & 1);
    }

    /**
     * Returns whether the record says what it said when it was written.
     *
     * @param named the name of its source; null if there is no such source
     */
    boolean isIntact(@Nullable SourceName named) {
        source = named;
        return source != null
                && checksum
                        == Block.begin(
                                        checksums,
                                        position,
                                        sequence,
                                        status,
                                        reportedAt,
                                        recordedAt,
                                        previous,
                                        location())
                                .of(source.utf8(), data, infoStart, infoLength);
    }

    @Override
    public long position() {
        return position;
    }

    /** Returns the checksum that was stored with it. */
    int checksum() {
        return checksum;
    }

    long sourceId() {
        return sourceId;
    }

    /** Returns the position of its source's record before, 0 for none; {@link RecordRow#UNLINKED} if that is not known. */
    long previous() {
        return previous;
    }

    @Override
    public String source() {
        return source.text();
    }

    @Override
    public byte[] sourceUtf8() {
        return source.utf8();
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public byte[] bytes() {
        return data;
    }

    @Override
    public int infoStart() {
        return infoStart;
    }

    @Override
    public int infoLength() {
        return infoLength;
    }

    @Override
    public long reportedAt() {
        return reportedAt;
    }

    @Override
    public long recordedAt() {
        return recordedAt;
    }

    @Override
    public @Nullable Point location() {
        return (flags & Block.LOCATED) == 0 ? null : new Point(x, y);
    }

    @Override
    public StateRecord toRecord() {
        return new StateRecord(
                position,
                source(),
                sequence,
                status,
                new String(data, infoStart, infoLength, StandardCharsets.UTF_8),
                reportedAt == NOT_REPORTED ? null : Timestamps.fromNanos(reportedAt),
                Timestamps.fromNanos(recordedAt),
                location());
    }
}
