package dev.waystate.statelog.view;

/** The positions that may be read. The writer moves them after its commits; everybody may look. */
final class LogBounds {

    private volatile long earliest;
    private volatile long head;

    LogBounds(long earliest, long head) {
        this.earliest = earliest;
        this.head = head;
    }

    long earliest() {
        return earliest;
    }

    long head() {
        return head;
    }

    void moveEarliest(long position) {
        earliest = position;
    }

    void moveHead(long position) {
        head = position;
    }
}
