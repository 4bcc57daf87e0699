/** The process on its machine: its temporary directory with the native library of SQLite, and UTF-8 whatever the locale. */
@NullMarked
package dev.waystate.process;

import org.jspecify.annotations.NullMarked;
