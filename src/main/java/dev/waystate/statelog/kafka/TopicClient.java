package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks the brokers about one topic. Each method waits for {@link #TIMEOUT} at most, and throws
 * {@link LogUnavailableException} when they do not answer.
 */
final class TopicClient {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int TIMEOUT_MILLIS = (int) TIMEOUT.toMillis();

    private final Supplier<Admin> admins;
    private final String topic;

    TopicClient(Supplier<Admin> admins, String topic) {
        this.admins = admins;
        this.topic = topic;
    }

    /**
     * @throws MissingTopicException if the broker that is asked does not know the topic
     * @throws UnusableTopicException if this process may not see it
     */
    TopicState read() {
        Admin admin = admins.get();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        TopicPartition partition = new TopicPartition(topic, 0);
        var clusterId = admin.describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MILLIS))
                .clusterId();
        var description = admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                .topicNameValues()
                .get(topic);
        var settings = admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().timeoutMs(TIMEOUT_MILLIS))
                .values()
                .get(resource);
        var logStart = admin.listOffsets(
                        Map.of(partition, OffsetSpec.earliest()), new ListOffsetsOptions().timeoutMs(TIMEOUT_MILLIS))
                .partitionResult(partition);

        TopicDescription described = answer(description, deadline);
        return new TopicState(
                topic,
                new TopicIdentity(answer(clusterId, deadline), described.topicId()),
                described.partitions().size(),
                described.partitions().get(0).replicas().size(),
                answer(logStart, deadline).offset(),
                answer(settings, deadline).entries().stream()
                        .filter(setting -> setting.value() != null)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
    }

    /** Returns whether the topic exists. */
    boolean exists() {
        Set<String> names = answer(
                admins.get()
                        .listTopics(new ListTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                        .names(),
                System.nanoTime() + TIMEOUT.toNanos());
        return names.contains(topic);
    }

    /** Returns the offset of the next entry. */
    long awaitEnd() {
        return answer(end(), System.nanoTime() + TIMEOUT.toNanos());
    }

    /** Returns the offset of the next entry. Does not block. */
    KafkaFuture<Long> end() {
        TopicPartition partition = new TopicPartition(topic, 0);
        return admins.get()
                .listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions().timeoutMs(TIMEOUT_MILLIS))
                .partitionResult(partition)
                .thenApply(ListOffsetsResultInfo::offset);
    }

    /**
     * Makes the topic, with all settings that the log needs. Some brokers may know of it only a moment later.
     *
     * @throws UnusableTopicException if there is one of this name already, or the brokers refuse to make it
     */
    void create(int replicas, int minInSyncReplicas, int largestEntryBytes) {
        if (minInSyncReplicas > replicas) {
            throw new UnusableTopicException("Expected min.insync.replicas of at most " + replicas
                    + ", the number of replicas, but it is " + minInSyncReplicas);
        }
        NewTopic created = new NewTopic(topic, Optional.of(1), Optional.of((short) replicas))
                .configs(TopicSettings.of(replicas, minInSyncReplicas, largestEntryBytes));
        answer(
                admins.get()
                        .createTopics(List.of(created), new CreateTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
                        .all(),
                System.nanoTime() + TIMEOUT.toNanos());
    }

    private <T> T answer(KafkaFuture<T> future, long deadline) {
        try {
            return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            throw problem(failure.getCause());
        } catch (TimeoutException late) {
            throw unanswered(late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LogUnavailableException("Interrupted while the Kafka brokers were asked about " + topic, null);
        }
    }

    private RuntimeException problem(Throwable cause) {
        if (cause instanceof UnknownTopicOrPartitionException) {
            return new MissingTopicException("Expected a topic " + topic
                    + ", but the brokers have none: make it, or correct waystate.state-log.kafka.topic or"
                    + " spring.kafka.bootstrap-servers");
        }
        if (cause instanceof TopicExistsException) {
            return new UnusableTopicException(
                    "Expected no topic " + topic + ", but there is one: use it as it is, or choose another name");
        }
        if (cause instanceof AuthorizationException) {
            return new UnusableTopicException(
                    "Expected to be allowed to ask about the topic " + topic
                            + ", but the brokers say \"" + cause.getMessage()
                            + "\": grant Describe, DescribeConfigs, Read and Write (and Create, to make it) with kafka-acls.sh");
        }
        if (cause instanceof InvalidReplicationFactorException
                || cause instanceof InvalidTopicException
                || cause instanceof PolicyViolationException) {
            return new UnusableTopicException(
                    "Expected to make the topic " + topic + ", but the brokers say \"" + cause.getMessage() + "\"");
        }
        if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            return unanswered(cause);
        }
        return new LogUnavailableException(
                "The Kafka brokers cannot be asked about the topic " + topic + ": " + cause.getMessage(), cause);
    }

    private LogUnavailableException unanswered(Throwable cause) {
        return new LogUnavailableException(
                "The Kafka brokers did not answer about the topic " + topic + " within " + TIMEOUT.toSeconds() + " s",
                cause);
    }
}
