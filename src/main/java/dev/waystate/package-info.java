/** Waystate: displacements between points, and durable streams of state reports, over gRPC. */
@NullMarked
package dev.waystate;

import org.jspecify.annotations.NullMarked;
