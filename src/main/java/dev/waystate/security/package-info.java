/** TLS, and who may call what. */
@NullMarked
package dev.waystate.security;

import org.jspecify.annotations.NullMarked;
