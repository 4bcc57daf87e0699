/** The server as operators meet it: a process that starts, is watched, and ends. */
@NullMarked
package dev.waystate.ops;

import org.jspecify.annotations.NullMarked;
