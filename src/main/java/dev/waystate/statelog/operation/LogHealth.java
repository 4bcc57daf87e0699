package dev.waystate.statelog.operation;

/** Is told of the health of a log. Called on the log's threads, which must not be held up. */
public interface LogHealth {

    /** The log cannot serve for now: clients should go elsewhere. */
    void unready();

    /** The log is as it should be again. */
    void ready();

    /** The log has failed for good. */
    void failed(Throwable problem);
}
