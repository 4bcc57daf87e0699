package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.view.Timestamps;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A stored record that a test makes. */
public record GivenRecord(StateRecord toRecord) implements StoredRecord {

    @Override
    public long position() {
        return toRecord.position();
    }

    @Override
    public String source() {
        return toRecord.source();
    }

    @Override
    public byte[] sourceUtf8() {
        return source().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long sequence() {
        return toRecord.sequence();
    }

    @Override
    public int status() {
        return toRecord.status();
    }

    @Override
    public byte[] bytes() {
        return toRecord.info().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int infoStart() {
        return 0;
    }

    @Override
    public int infoLength() {
        return bytes().length;
    }

    @Override
    public long reportedAt() {
        return toRecord.reportedAt() == null ? NOT_REPORTED : Timestamps.toNanos(toRecord.reportedAt());
    }

    @Override
    public long recordedAt() {
        return Timestamps.toNanos(toRecord.recordedAt());
    }

    @Override
    public @Nullable Point location() {
        return toRecord.location();
    }
}
