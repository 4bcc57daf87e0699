/** The services on top of the state log. */
@NullMarked
package dev.waystate.statelog.rpc;

import org.jspecify.annotations.NullMarked;
