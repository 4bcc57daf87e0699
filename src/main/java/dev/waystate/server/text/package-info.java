/** Text from outside, and text for the log. */
@NullMarked
package dev.waystate.server.text;

import org.jspecify.annotations.NullMarked;
