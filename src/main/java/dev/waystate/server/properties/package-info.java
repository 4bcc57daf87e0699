/** Refuses settings that would have no effect, and explains wrong ones. */
@NullMarked
package dev.waystate.server.properties;

import org.jspecify.annotations.NullMarked;
