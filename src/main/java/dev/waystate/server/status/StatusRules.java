package dev.waystate.server.status;

/** Says which statuses the exceptions of a feature become. */
public interface StatusRules {

    /** Adds the rules to the table. */
    void addTo(StatusTable table);
}
