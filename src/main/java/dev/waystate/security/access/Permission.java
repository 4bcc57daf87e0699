package dev.waystate.security.access;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a caller may do. */
public enum Permission {
    /** To have distances computed. */
    DISPLACEMENT_COMPUTE("displacement:compute"),
    /** To report states, as far as the sources allow that the caller may report for. */
    STATE_WRITE("state:write"),
    /** To read the log, and what follows from it. */
    STATE_READ("state:read");

    private final String text;

    Permission(String text) {
        this.text = text;
    }

    /** Returns the permission of a text, as configurations and claims have it. */
    public static Optional<Permission> of(String text) {
        return Arrays.stream(values())
                .filter(permission -> permission.text.equals(text))
                .findAny();
    }

    static String all() {
        return Arrays.stream(values()).map(Permission::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return text;
    }
}
