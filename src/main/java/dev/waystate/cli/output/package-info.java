/** What commands print, and how they say what was wrong. */
@NullMarked
package dev.waystate.cli.output;

import org.jspecify.annotations.NullMarked;
