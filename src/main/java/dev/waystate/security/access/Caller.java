package dev.waystate.security.access;

import dev.waystate.server.CallerName;
import io.grpc.Context;
import java.util.Optional;
import java.util.Set;

/** Who makes a call, as a credential has proved it. */
public final class Caller {

    private static final Context.Key<Caller> CURRENT = Context.key("waystate-caller");

    private final String name;
    private final Set<Permission> permissions;
    private final WritableSources sources;

    public Caller(String name, Set<Permission> permissions, WritableSources sources) {
        this.name = name;
        this.permissions = Set.copyOf(permissions);
        this.sources = sources;
    }

    /** Returns who makes the current call; empty where nobody is asked for credentials. */
    public static Optional<Caller> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Returns the name, which is fit to be that of a source. */
    public String name() {
        return name;
    }

    public boolean has(Permission permission) {
        return permissions.contains(permission);
    }

    public boolean mayWrite(String source) {
        return sources.include(source);
    }

    /** Returns the current context with this caller in it. */
    Context inContext() {
        return Context.current().withValues(CURRENT, this, CallerName.CURRENT, name);
    }

    @Override
    public String toString() {
        return name;
    }
}
