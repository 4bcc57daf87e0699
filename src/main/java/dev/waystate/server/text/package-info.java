/** The rules of names, and text from outside made fit for the log. */
@NullMarked
package dev.waystate.server.text;

import org.jspecify.annotations.NullMarked;
