/** The log of one process: a queue, a clock and one thread that writes in front of the view. */
@NullMarked
package dev.waystate.statelog.local;

import org.jspecify.annotations.NullMarked;
