/** What commands print: tables, bars and progress; and what the standard streams lead to. */
@NullMarked
package dev.waystate.cli.output;

import org.jspecify.annotations.NullMarked;
