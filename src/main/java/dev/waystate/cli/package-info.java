/** The client commands. */
@NullMarked
package dev.waystate.cli;

import org.jspecify.annotations.NullMarked;
