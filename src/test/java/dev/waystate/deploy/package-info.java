/** What {@code src/deploy} holds, read strictly, held against the program, and run where its programs are. */
@NullMarked
package dev.waystate.deploy;

import org.jspecify.annotations.NullMarked;
