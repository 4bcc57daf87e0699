/** How commands reach a server, try again, and say why they could not. */
@NullMarked
package dev.waystate.cli.connection;

import org.jspecify.annotations.NullMarked;
