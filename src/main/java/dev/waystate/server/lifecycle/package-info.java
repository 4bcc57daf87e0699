/** What keeps the server at work, says how it is, and ends it when it cannot keep its word. */
@NullMarked
package dev.waystate.server.lifecycle;

import org.jspecify.annotations.NullMarked;
