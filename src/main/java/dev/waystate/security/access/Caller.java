package dev.waystate.security.access;

import dev.waystate.server.calls.CallerName;
import io.grpc.Context;
import java.util.Optional;
import java.util.Set;

/**
 * Who makes a call, as a credential has proved it.
 *
 * @param name a name that a source may have, too
 * @param permissions what it may do
 * @param sources which sources it may write
 */
public record Caller(String name, Set<Permission> permissions, WritableSources sources) {

    private static final Context.Key<Caller> CURRENT = Context.key("waystate-caller");

    public Caller {
        permissions = Set.copyOf(permissions);
    }

    /** Returns who makes the current call; empty where callers need no credentials. */
    public static Optional<Caller> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Returns the current context with this caller in it. */
    Context inContext() {
        return Context.current().withValues(CURRENT, this, CallerName.CURRENT, name);
    }
}
