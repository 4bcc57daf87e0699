package dev.waystate.statelog.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a topic can hold the log without losing any of it, and is still the one that this replica knows. A
 * check costs the brokers four small requests, at the start and now and then.
 */
final class TopicCheck {

    private final TopicClient client;
    private final long largestBatchBytes;

    /** @param largestEntryBytes the largest entry that the log writes */
    TopicCheck(TopicClient client, int largestEntryBytes) {
        this.client = client;
        this.largestBatchBytes = TopicSettings.largestBatchBytes(largestEntryBytes);
    }

    /**
     * Asks the brokers, and waits for {@link TopicClient#TIMEOUT} at most.
     *
     * @param expected the topic that this replica's view was built from, or null when it has none yet
     * @param nextOffset the offset at which this replica goes on reading
     * @throws UnusableTopicException if the topic cannot hold the log, or is not the expected one
     * @throws dev.waystate.statelog.LogUnavailableException if the brokers do not answer
     */
    CheckedTopic check(@Nullable TopicIdentity expected, long nextOffset) {
        TopicState topic = client.read();
        if (expected != null) {
            requireIdentity(topic, expected);
        }
        requireOnePartition(topic);
        requireSettings(topic);
        requireBeginning(topic, nextOffset);
        return new CheckedTopic(topic.identity(), topic.logStart(), warnings(topic));
    }

    private static void requireIdentity(TopicState topic, TopicIdentity expected) {
        String remedy = ", or start with an empty data directory to build this replica anew from this topic";
        TopicIdentity found = topic.identity();
        if (!found.clusterId().equals(expected.clusterId())) {
            throw new UnusableTopicException("Expected brokers of the cluster " + expected.clusterId()
                    + ", from which this replica was built, but they are of the cluster " + found.clusterId()
                    + ": correct spring.kafka.bootstrap-servers" + remedy);
        }
        if (!found.topicId().equals(expected.topicId())) {
            throw new UnusableTopicException("Expected the topic " + topic.name() + " with the id "
                    + expected.topicId() + ", from which this replica was built, but its id is " + found.topicId()
                    + ", since it was deleted and made anew or is another: correct waystate.state-log.kafka.topic"
                    + remedy);
        }
    }

    private static void requireOnePartition(TopicState topic) {
        if (topic.partitions() != 1) {
            throw new UnusableTopicException("Expected one partition of the topic " + topic.name()
                    + ", since the log has one order, but it has " + topic.partitions()
                    + ": partitions cannot be taken away, so make another topic with --partitions 1");
        }
    }

    private void requireSettings(TopicState topic) {
        Map<String, String> wrong = new LinkedHashMap<>();
        Map<String, String> right = new LinkedHashMap<>();
        compare(topic, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE, wrong, right);
        compare(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime", wrong, right);
        String maxBytes = topic.setting(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        if (Long.parseLong(maxBytes) < largestBatchBytes) {
            wrong.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, maxBytes);
            right.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(largestBatchBytes));
        }
        if (!wrong.isEmpty()) {
            throw new UnusableTopicException("Expected " + text(right, " and ") + " of the topic " + topic.name()
                    + ", but " + text(wrong, " and ") + ": run "
                    + TopicSettings.command(topic.name(), text(right, ",")));
        }
    }

    private static void compare(
            TopicState topic, String name, String expected, Map<String, String> wrong, Map<String, String> right) {
        String value = topic.setting(name);
        if (!value.equals(expected)) {
            wrong.put(name, value);
            right.put(name, expected);
        }
    }

    private static String text(Map<String, String> settings, String separator) {
        return settings.entrySet().stream().map(Entry::toString).collect(Collectors.joining(separator));
    }

    private static void requireBeginning(TopicState topic, long nextOffset) {
        if (topic.logStart() > nextOffset) {
            throw new UnusableTopicException("Expected the topic " + topic.name() + " to begin at the offset "
                    + nextOffset + ", where this replica goes on, or before, but it begins at " + topic.logStart()
                    + ": start from a newer backup of another replica, and keep all entries with "
                    + TopicSettings.command(topic.name(), "retention.ms=-1,retention.bytes=-1"));
        }
    }

    private static List<String> warnings(TopicState topic) {
        List<String> warnings = new ArrayList<>();
        if (limits(topic, TopicConfig.RETENTION_MS_CONFIG) || limits(topic, TopicConfig.RETENTION_BYTES_CONFIG)) {
            warnings.add("The topic " + topic.name() + " deletes old entries, and a replica with an empty disk will"
                    + " need a backup: keep all entries with "
                    + TopicSettings.command(topic.name(), "retention.ms=-1,retention.bytes=-1"));
        }
        if (Boolean.parseBoolean(topic.setting(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))) {
            warnings.add("A broker that lacks acknowledged reports of the topic " + topic.name()
                    + " may become its leader: forbid it with "
                    + TopicSettings.command(topic.name(), "unclean.leader.election.enable=false"));
        }
        replicationWarning(topic, warnings);
        return List.copyOf(warnings);
    }

    private static boolean limits(TopicState topic, String retention) {
        return Long.parseLong(topic.setting(retention)) >= 0;
    }

    private static void replicationWarning(TopicState topic, List<String> warnings) {
        int inSync = Integer.parseInt(topic.setting(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG));
        if (topic.replicas() == 1) {
            boolean flushed =
                    topic.setting(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG).equals("1");
            warnings.add("The topic " + topic.name() + " has one replica: an acknowledged report survives a power cut"
                    + (flushed ? "" : " only with flush.messages=1")
                    + ", but not the loss of the broker's disk: use three replicas and min.insync.replicas=2");
        } else if (inSync < 2) {
            warnings.add("The topic " + topic.name() + " acknowledges reports that one broker alone has, which are"
                    + " lost with it: run " + TopicSettings.command(topic.name(), "min.insync.replicas=2"));
        } else if (topic.replicas() == 2) {
            warnings.add("The topic " + topic.name() + " has two replicas: an acknowledged report survives the loss of"
                    + " a broker, but nothing can be appended until it is back: use three replicas");
        }
    }
}
