package dev.waystate.statelog;

import dev.waystate.geometry.Point;

/**
 * Where a source is and how far it went, by all locations that it ever reported, whatever retention removed.
 *
 * @param location the latest one, which may be of an earlier record than its latest
 * @param displacement from the first one to the latest, as {@link dev.waystate.geometry.Distance} rounds it
 * @param travelled the sum of the straight lines between successive ones. It differs from the exact sum by less than
 *     2⁻⁵⁰ of it, for up to 2⁵⁰ of them
 */
public record Track(Point location, float displacement, double travelled) {}
