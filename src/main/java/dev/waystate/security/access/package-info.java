/** Who may call what: credentials, permissions, and what happens to a call that lacks them. */
@NullMarked
package dev.waystate.security.access;

import org.jspecify.annotations.NullMarked;
