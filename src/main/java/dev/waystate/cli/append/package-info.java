/** Appends the reports of a source, each exactly once over any number of calls. */
@NullMarked
package dev.waystate.cli.append;

import org.jspecify.annotations.NullMarked;
