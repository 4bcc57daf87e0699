package dev.waystate.statelog.kafka;

import org.apache.kafka.common.Uuid;

/**
 * Tells a topic from all others, also from one of the same name that was made after it was deleted.
 *
 * @param clusterId the id of the brokers' cluster
 * @param topicId the id that the cluster gave the topic when it was made
 */
record TopicIdentity(String clusterId, Uuid topicId) {}
