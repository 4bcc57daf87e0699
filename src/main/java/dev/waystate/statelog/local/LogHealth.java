package dev.waystate.statelog.local;

/** Hears how a log is. Called on the writer's thread, which must not be held up. */
interface LogHealth {

    /** Another process holds the file: until it lets go, appends are refused. */
    void held();

    /** The other process has let go of the file. */
    void free();

    /** The log has failed for good. Called once. */
    void failed(Throwable problem);
}
