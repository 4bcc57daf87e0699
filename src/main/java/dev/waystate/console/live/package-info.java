/** The stream of frames that keeps the page live: one hub follows the log for all pages. */
@NullMarked
package dev.waystate.console.live;

import org.jspecify.annotations.NullMarked;
