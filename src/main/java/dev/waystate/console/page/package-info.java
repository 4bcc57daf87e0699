/** Serves the page's files, and tells browsers what the answers of the HTTP port may do. */
@NullMarked
package dev.waystate.console.page;

import org.jspecify.annotations.NullMarked;
