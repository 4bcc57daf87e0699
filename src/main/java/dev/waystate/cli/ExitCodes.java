package dev.waystate.cli;

import io.grpc.Status;

/** What the exit codes mean. Scripts depend on them. */
final class ExitCodes {

    /** Done. */
    static final int DONE = 0;

    /** The server is not serving, by {@code health}; or the output could not be written. */
    static final int NO = 1;

    /** Wrong usage or input: the same command will fail again. */
    static final int USAGE = 2;

    /** The last row of the file may be half a row; what is before it is stored. */
    static final int INCOMPLETE = 4;

    private static final int FIRST_STATUS = 64;

    private ExitCodes() {}

    /** Returns 64 + the number of the status code: 78 for UNAVAILABLE. */
    static int of(Status status) {
        return FIRST_STATUS + status.getCode().value();
    }
}
