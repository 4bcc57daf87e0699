package dev.waystate.security.jwt;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;

/**
 * A number of places that networks share. A network may take one while it has fewer than are free: one that crowds
 * leaves half of them to others and, where several crowd, the next free place is for one that has none.
 */
final class WaitingPlaces {

    private final int places;
    private final Multiset<Object> taken = HashMultiset.create();

    WaitingPlaces(int places) {
        this.places = places;
    }

    /** Returns whether there was a place, which then has to be left. */
    synchronized boolean enter(Object network) {
        return taken.count(network) < places - taken.size() && taken.add(network);
    }

    synchronized void leave(Object network) {
        taken.remove(network);
    }
}
