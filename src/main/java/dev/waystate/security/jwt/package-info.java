/** JSON web tokens of one issuer as credentials. */
@NullMarked
package dev.waystate.security.jwt;

import org.jspecify.annotations.NullMarked;
