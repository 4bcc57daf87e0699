/** The log and displacements over HTTP, as JSON and as events: each request is a call of the gRPC services. */
@NullMarked
package dev.waystate.console.api;

import org.jspecify.annotations.NullMarked;
