package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import org.jspecify.annotations.Nullable;

/**
 * A record as it lies in the log, for whoever reads many: no object is made for it. It is valid until the log goes on to
 * the next one, and its bytes must not be changed. What the values mean is said at {@link StateRecord}.
 */
public interface StoredRecord {

    /** What {@link #reportedAt} returns when the source did not say. */
    long NOT_REPORTED = Long.MIN_VALUE;

    long position();

    String source();

    /** Returns the name of the source in UTF-8. */
    byte[] sourceUtf8();

    long sequence();

    int status();

    /** Returns the bytes among which the info is, in UTF-8. */
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

    /** Returns a copy that stays. */
    StateRecord toRecord();
}
