/** The content of a log in the tables of an SQLite file: applies entries, reads, prunes, exports. */
@NullMarked
package dev.waystate.statelog.view;

import org.jspecify.annotations.NullMarked;
