/** The README and the pages of {@code src/docs}: samples are run or checked, links and names lead somewhere. */
@NullMarked
package dev.waystate.docs;

import org.jspecify.annotations.NullMarked;
