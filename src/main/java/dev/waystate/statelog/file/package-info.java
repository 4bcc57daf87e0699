/** The file of a log: opens it, locks it by what it is, watches it, and says what is wrong with it. */
@NullMarked
package dev.waystate.statelog.file;

import org.jspecify.annotations.NullMarked;
