/** Copies the file of a log while it is in use, and puts a copy in its place. */
@NullMarked
package dev.waystate.statelog.backup;

import org.jspecify.annotations.NullMarked;
