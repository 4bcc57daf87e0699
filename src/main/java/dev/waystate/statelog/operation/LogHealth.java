package dev.waystate.statelog.operation;

/** Hears how a log is. Called on the log's threads, which must not be held up. */
public interface LogHealth {

    /** Who can be served by others should be, for now. */
    void unready();

    /** The log is as it should be again. */
    void ready();

    /** The log has failed for good. */
    void failed(Throwable problem);
}
