package dev.waystate.server.calls;

import io.grpc.Context;

/** Where a call carries the name that its caller has proved, for what is kept per caller. */
public final class CallerName {

    /** Holds null where nobody is asked for a proof. */
    public static final Context.Key<String> CURRENT = Context.key("waystate-caller-name");

    private CallerName() {}
}
