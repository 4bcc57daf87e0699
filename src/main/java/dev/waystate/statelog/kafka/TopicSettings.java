package dev.waystate.statelog.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;

/** The settings of a topic that holds the log. */
final class TopicSettings {

    private TopicSettings() {}

    /**
     * Returns how large a batch the topic and the producer must let pass, so that the largest entry passes alone.
     *
     * <p>In Kafka's record format (version 2), a batch adds 61 bytes, and its record up to 21. The entry's header has
     * less than 100. A codec that finds nothing to compress adds up to one byte in 3,000 (gzip: 5 bytes for each block
     * of 16 KiB), and the topic may name a codec, whatever the producer does.
     */
    static long largestBatchBytes(int largestEntryBytes) {
        return largestEntryBytes + largestEntryBytes / 2_048 + 256L;
    }

    /** Returns the settings that keep each entry for ever, in the order and with the time that the brokers gave it. */
    static Map<String, String> of(int replicas, int minInSyncReplicas, int largestEntryBytes) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
        settings.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(largestBatchBytes(largestEntryBytes)));
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(minInSyncReplicas));
        settings.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        if (replicas == 1) { // nobody else has an entry that a power cut takes from the page cache
            settings.put(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1");
        }
        return settings;
    }

    /** Returns the command that gives a topic settings ({@code name=value,...}). */
    static String command(String topic, String settings) {
        return "kafka-configs.sh --bootstrap-server ... --alter --entity-type topics --entity-name " + topic
                + " --add-config " + settings;
    }
}
