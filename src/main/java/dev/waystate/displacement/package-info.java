/** The services that compute displacements. */
@NullMarked
package dev.waystate.displacement;

import org.jspecify.annotations.NullMarked;
