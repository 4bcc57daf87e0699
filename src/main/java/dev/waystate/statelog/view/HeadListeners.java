package dev.waystate.statelog.view;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The listeners that run when the head has moved. */
public final class HeadListeners {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    void add(Runnable listener) {
        listeners.add(listener);
    }

    /** Runs the listeners. */
    public void wake() {
        listeners.forEach(Runnable::run);
    }
}
