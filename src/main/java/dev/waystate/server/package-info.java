/**
 * What all RPCs share. A feature contributes its services, its status rules and its permissions: nothing here knows
 * one.
 */
@NullMarked
package dev.waystate.server;

import org.jspecify.annotations.NullMarked;
