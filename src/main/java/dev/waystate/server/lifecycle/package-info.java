/** The scheduler, health and readiness, and the end of a process that cannot keep its word. */
@NullMarked
package dev.waystate.server.lifecycle;

import org.jspecify.annotations.NullMarked;
