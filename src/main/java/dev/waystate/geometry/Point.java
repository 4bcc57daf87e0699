package dev.waystate.geometry;

/**
 * A point of the plane. The coordinates are any ints, in the caller's unit.
 *
 * @param x the abscissa
 * @param y the ordinate
 */
public record Point(int x, int y) {}
