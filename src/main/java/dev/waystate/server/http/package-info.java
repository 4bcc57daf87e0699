/** The server of the HTTP port, Tomcat, and changes to its ways. */
@NullMarked
package dev.waystate.server.http;

import org.jspecify.annotations.NullMarked;
