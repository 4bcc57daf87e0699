/** What the process needs of its machine: a temporary directory of its own, and the native library of SQLite in it. */
@NullMarked
package dev.waystate.process;

import org.jspecify.annotations.NullMarked;
