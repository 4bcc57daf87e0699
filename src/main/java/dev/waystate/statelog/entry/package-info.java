/** What a log consists of, and how it waits to be applied. */
@NullMarked
package dev.waystate.statelog.entry;

import org.jspecify.annotations.NullMarked;
