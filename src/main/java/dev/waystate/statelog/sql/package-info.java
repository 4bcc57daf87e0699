/** The state log in an SQLite file. */
@NullMarked
package dev.waystate.statelog.sql;

import org.jspecify.annotations.NullMarked;
