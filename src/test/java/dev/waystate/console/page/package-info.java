/** The page in a real browser, against a server of its own. */
@NullMarked
package dev.waystate.console.page;

import org.jspecify.annotations.NullMarked;
