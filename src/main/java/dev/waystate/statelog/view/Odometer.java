package dev.waystate.statelog.view;

import dev.waystate.geometry.Distance;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.Track;

/**
 * Adds up the way of a source. The sum is kept in two doubles. The second has what rounding takes from the first. Each
 * addition to it loses less than 2⁻¹⁰⁴ of the sum, so that 2⁵⁰ of them lose less than 2⁻⁵⁴.
 *
 * @param first where the way began
 * @param latest the last point of the way so far
 * @param travelled its length, rounded
 * @param rest the length less {@code travelled}
 */
record Odometer(Point first, Point latest, double travelled, double rest) {

    static Odometer beginAt(Point first) {
        return new Odometer(first, first, 0, 0);
    }

    Odometer moveTo(Point next) {
        if (next.equals(latest)) {
            return this;
        }
        double line = Distance.doubleBetween(latest, next);
        double sum = travelled + line;
        double added = sum - travelled;
        double lost = (travelled - (sum - added)) + (line - added); // exactly, as D. E. Knuth's TwoSum has it
        double newRest = rest + lost;
        double whole = sum + newRest;
        return new Odometer(first, next, whole, newRest - (whole - sum));
    }

    Track toTrack() {
        return new Track(latest, Distance.between(first, latest), travelled);
    }
}
