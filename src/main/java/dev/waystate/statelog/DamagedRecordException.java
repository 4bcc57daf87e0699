package dev.waystate.statelog;

/** A stored record is missing, or is not what was stored. */
public class DamagedRecordException extends RuntimeException {

    private final long position;

    public DamagedRecordException(long position) {
        super("The record at position " + position + " is damaged");
        this.position = position;
    }

    /** Returns the position of the record. */
    public long position() {
        return position;
    }
}
