/** Attacks on a server by clients that do not keep to the protocol, while others use it. */
@NullMarked
package dev.waystate.attack;

import org.jspecify.annotations.NullMarked;
