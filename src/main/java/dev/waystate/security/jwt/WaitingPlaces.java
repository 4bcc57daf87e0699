package dev.waystate.security.jwt;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;

/**
 * Places that networks share. A network may take another place while it has fewer than are free. So a single network
 * gets half of them at most, and the last free place goes to a network that has none.
 */
final class WaitingPlaces {

    private final int places;
    private final Multiset<Object> taken = HashMultiset.create();

    WaitingPlaces(int places) {
        this.places = places;
    }

    /** Takes a place. Returns whether there was one; it has to be left later. */
    synchronized boolean enter(Object network) {
        return taken.count(network) < places - taken.size() && taken.add(network);
    }

    synchronized void leave(Object network) {
        taken.remove(network);
    }
}
