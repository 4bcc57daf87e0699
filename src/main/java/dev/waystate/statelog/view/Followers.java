package dev.waystate.statelog.view;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who wants to know when the head has moved. */
public final class Followers {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    void add(Runnable listener) {
        listeners.add(listener);
    }

    /** Tells them. */
    public void wake() {
        listeners.forEach(Runnable::run);
    }
}
