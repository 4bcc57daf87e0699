package dev.waystate.statelog.rpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/**
 * Counts the reports of all streams that have arrived and are not durable yet, and lets streams ask for more only while
 * there is room. Each stream asks for one message at a time, so that the count exceeds its limit by no more than one
 * message for each stream. Nothing here blocks. Actions of streams run here, so no stream may hold its lock meanwhile.
 */
@Component
class InFlightReports {

    private final int limit;
    private final AtomicInteger count = new AtomicInteger();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    InFlightReports(StateLogProperties properties) {
        this.limit = properties.maxInFlight();
    }

    /** Counts reports that have arrived. */
    void arrived(int reports) {
        count.addAndGet(reports);
    }

    /** Counts reports out that are durable or refused, and lets waiting streams go on. */
    void settled(int reports) {
        count.addAndGet(-reports);
        resumeWaiting();
    }

    /** Runs the action once: now when there is room, else when there is, on the thread that made it. */
    void whenRoom(Runnable action) {
        if (hasRoom()) {
            action.run();
        } else {
            waiting.add(action);
            resumeWaiting(); // in case the last report settled in between
        }
    }

    /** Lets all go on, since a stream that has nothing to send would keep the others waiting for nothing. */
    private void resumeWaiting() {
        Runnable action;
        while (hasRoom() && (action = waiting.poll()) != null) {
            action.run();
        }
    }

    private boolean hasRoom() {
        return count.get() < limit;
    }
}
