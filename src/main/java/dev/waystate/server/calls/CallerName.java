package dev.waystate.server.calls;

import io.grpc.Context;

/** The authenticated caller's name, in the call's context. */
public final class CallerName {

    /** Holds null where callers need no credentials. */
    public static final Context.Key<String> CURRENT = Context.key("waystate-caller-name");

    private CallerName() {}
}
