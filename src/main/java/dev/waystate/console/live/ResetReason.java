package dev.waystate.console.live;

/** Why a page cannot go on from the position that it knows, and has to load everything again. */
enum ResetReason {
    /** The position is of another log. */
    LOG_CHANGED,

    /** Too much was recorded since, or retention has removed some of it. */
    TOO_OLD,

    /** The log does not have the position. */
    BEYOND_HEAD
}
