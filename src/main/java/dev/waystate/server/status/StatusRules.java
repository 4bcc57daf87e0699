package dev.waystate.server.status;

/** Says which statuses the exceptions of a feature become. Clients get INTERNAL for those without a rule. */
public interface StatusRules {

    /** Adds the rules to the table. Called once, at the start. */
    void addTo(StatusTable table);
}
