/** The exact distance between two points, and its two services. */
@NullMarked
package dev.waystate.displacement;

import org.jspecify.annotations.NullMarked;
