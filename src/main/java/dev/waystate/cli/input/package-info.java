/** What commands read: rows of files, reports and displacements. */
@NullMarked
package dev.waystate.cli.input;

import org.jspecify.annotations.NullMarked;
