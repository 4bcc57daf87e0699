/** What is measured, traced and logged of each call. */
@NullMarked
package dev.waystate.server.telemetry;

import org.jspecify.annotations.NullMarked;
