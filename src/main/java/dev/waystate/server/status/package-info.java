/** What a client is told when a call fails. */
@NullMarked
package dev.waystate.server.status;

import org.jspecify.annotations.NullMarked;
