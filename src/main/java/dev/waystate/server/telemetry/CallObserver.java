package dev.waystate.server.telemetry;

import io.grpc.Status;

/** Is told of each call. Called on the call's thread, which must not be held up. */
public interface CallObserver {

    /** The call has come to a method that exists. */
    default void started(MeasuredCall call) {}

    /** The call has ended: nothing more is sent or received. */
    void ended(MeasuredCall call, Status status);
}
