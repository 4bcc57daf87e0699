/** The log of any number of replicas: a topic in front of the view of each. */
@NullMarked
package dev.waystate.statelog.kafka;

import org.jspecify.annotations.NullMarked;
