/** What is written to the log: text from outside made fit for it, bounds on lines, and a queue that holds up no call. */
@NullMarked
package dev.waystate.server.logging;

import org.jspecify.annotations.NullMarked;
