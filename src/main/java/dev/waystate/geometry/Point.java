package dev.waystate.geometry;

/**
 * A point of the plane, in the unit of whoever names it; any int.
 *
 * @param x the abscissa
 * @param y the ordinate
 */
public record Point(int x, int y) {}
