/** How a log is run: its settings, its metrics, and who hears how it is. */
@NullMarked
package dev.waystate.statelog.operation;

import org.jspecify.annotations.NullMarked;
