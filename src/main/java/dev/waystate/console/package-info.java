/** What the HTTP port has for people and scripts: the page, and the log and displacements as JSON and events. */
@NullMarked
package dev.waystate.console;

import org.jspecify.annotations.NullMarked;
