/** How a log is run: its settings, its metrics, and its health. */
@NullMarked
package dev.waystate.statelog.operation;

import org.jspecify.annotations.NullMarked;
