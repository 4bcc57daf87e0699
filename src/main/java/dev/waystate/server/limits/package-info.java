/** What a client may take of the server: connections, memory, time and calls. */
@NullMarked
package dev.waystate.server.limits;

import org.jspecify.annotations.NullMarked;
