/**
 * The process on its machine: its temporary directory with the native library of SQLite, UTF-8 in every locale, and a
 * last task when a signal ends it.
 */
@NullMarked
package dev.waystate.process;

import org.jspecify.annotations.NullMarked;
