/** Values as people and programs write them: times, durations, points, names, statuses, and what the log answers as JSON. */
@NullMarked
package dev.waystate.text;

import org.jspecify.annotations.NullMarked;
