/** Settings that would have no effect are refused. */
@NullMarked
package dev.waystate.server.properties;

import org.jspecify.annotations.NullMarked;
