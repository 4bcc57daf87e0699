/** Points of the integer plane and their distances, exact or rounded once. */
@NullMarked
package dev.waystate.geometry;

import org.jspecify.annotations.NullMarked;
