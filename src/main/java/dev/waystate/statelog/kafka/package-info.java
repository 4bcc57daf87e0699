/** A log that any number of replicas share: a Kafka topic, and a view of it in each replica. */
@NullMarked
package dev.waystate.statelog.kafka;

import org.jspecify.annotations.NullMarked;
