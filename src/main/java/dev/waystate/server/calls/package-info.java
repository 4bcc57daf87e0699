/**
 * The way of every call: the guard before its service, what is known of it while it is open, and how it is ended from
 * outside.
 */
@NullMarked
package dev.waystate.server.calls;

import org.jspecify.annotations.NullMarked;
