package dev.waystate.security.jwt;

import java.util.HashMap;
import java.util.Map;

/**
 * A number of places that networks share. A network may take one while it has fewer than are free: one that crowds
 * leaves half of them to others and, where several crowd, the next free place is for one that has none.
 */
final class WaitingPlaces {

    private final int places;
    private final Map<Object, Integer> takenBy = new HashMap<>();
    private int taken;

    WaitingPlaces(int places) {
        this.places = places;
    }

    /** Returns whether there was a place, which then has to be left. */
    synchronized boolean enter(Object network) {
        int own = takenBy.getOrDefault(network, 0);
        if (own >= places - taken) {
            return false;
        }
        takenBy.put(network, own + 1);
        taken++;
        return true;
    }

    synchronized void leave(Object network) {
        takenBy.computeIfPresent(network, (same, own) -> own == 1 ? null : own - 1);
        taken--;
    }
}
