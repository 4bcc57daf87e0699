package dev.waystate.statelog.kafka;

import java.util.Map;

/**
 * What the brokers say of a topic.
 *
 * @param replicas how many brokers hold the first partition
 * @param logStart the offset of the first partition's oldest entry, or of its next one when there is none
 * @param settings the topic's settings by name, with the brokers' defaults where it has none of its own
 */
record TopicState(
        String name,
        TopicIdentity identity,
        int partitions,
        int replicas,
        long logStart,
        Map<String, String> settings) {

    /** Returns the value of a setting that every topic has. */
    String setting(String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new UnusableTopicException("Expected the brokers to tell the setting " + name + " of the topic "
                    + this.name + ", but they do not: run brokers of Kafka 4 or later");
        }
        return value;
    }
}
