/** The entries that a log consists of, and the queue in which they wait to be applied. */
@NullMarked
package dev.waystate.statelog.entry;

import org.jspecify.annotations.NullMarked;
