/** A log that any number of replicas share: a Kafka topic in front of each one's view. */
@NullMarked
package dev.waystate.statelog.kafka;

import org.jspecify.annotations.NullMarked;
