/** The HTTP port's server, where Tomcat's own ways do not fit. */
@NullMarked
package dev.waystate.server.http;

import org.jspecify.annotations.NullMarked;
