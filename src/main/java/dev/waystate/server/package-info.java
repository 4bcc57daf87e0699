/** What all RPCs share: the executor, the status table, health, drain and telemetry. */
@NullMarked
package dev.waystate.server;

import org.jspecify.annotations.NullMarked;
