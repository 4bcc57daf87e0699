/**
 * What the process needs of its machine: a temporary directory of its own, the native library of SQLite in it, and a last
 * moment when a signal ends it.
 */
@NullMarked
package dev.waystate.process;

import org.jspecify.annotations.NullMarked;
