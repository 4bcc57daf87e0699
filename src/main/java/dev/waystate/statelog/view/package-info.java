/** What a log is at a position, in the tables of an SQLite file: applies batches, reads, prunes, backs up and restores. */
@NullMarked
package dev.waystate.statelog.view;

import org.jspecify.annotations.NullMarked;
