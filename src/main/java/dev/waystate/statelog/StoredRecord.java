package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import org.jspecify.annotations.Nullable;

/**
 * A record as the log stores it, for readers of many: no object is made for it. It is valid until the log goes on to
 * the next one, and its bytes must not be changed. {@link StateRecord} says what the values mean.
 */
public interface StoredRecord {

    /** The value of {@link #reportedAt} when the source did not say. */
    long NOT_REPORTED = Long.MIN_VALUE;

    long position();

    String source();

    /** Returns the name of the source in UTF-8. */
    byte[] sourceUtf8();

    long sequence();

    int status();

    /** Returns the array that has the info, in UTF-8. */
    byte[] bytes();

    /** Returns where the info begins in {@link #bytes}. */
    int infoStart();

    /** Returns how many bytes the info has. */
    int infoLength();

    /** Returns nanoseconds since 1970, or {@link #NOT_REPORTED}. */
    long reportedAt();

    /** Returns nanoseconds since 1970. */
    long recordedAt();

    @Nullable
    Point location();

    /** Returns a copy that stays valid. */
    StateRecord toRecord();
}
