/** The log of state reports: what it keeps and promises. No transport, no framework, no database. */
@NullMarked
package dev.waystate.statelog;

import org.jspecify.annotations.NullMarked;
