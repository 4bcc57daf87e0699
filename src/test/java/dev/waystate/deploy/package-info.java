/**
 * Reads the files of {@code src/deploy} strictly, compares them with the program, and runs them where their programs
 * are.
 */
@NullMarked
package dev.waystate.deploy;

import org.jspecify.annotations.NullMarked;
