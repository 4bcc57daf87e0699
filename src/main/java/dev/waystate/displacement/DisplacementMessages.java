package dev.waystate.displacement;

import dev.waystate.geometry.Distance;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;

/** Reads the messages that both services share. */
final class DisplacementMessages {

    private DisplacementMessages() {}

    /** Returns the length of the displacement; a point that is absent is the origin. */
    static float distance(Displacement displacement) {
        Point start = displacement.getStart();
        Point end = displacement.getEnd();
        return Distance.between(start.getX(), start.getY(), end.getX(), end.getY());
    }
}
