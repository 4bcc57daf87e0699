package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.KafkaCluster;
import dev.waystate.statelog.LogUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics that are refused, by the word of real brokers; each beside a topic that is right. */
class TopicCheckIT {

    private static final int LARGEST_ENTRY = 1 << 20;

    private final String name = "topic-" + Uuid.randomUuid();
    private KafkaBroker broker;
    private Admin admin;
    private TopicClient client;

    @TempDir
    Path directory;

    @BeforeEach
    void useTheSharedBroker() throws IOException {
        broker = KafkaBroker.shared();
        admin = broker.admin();
        client = new TopicClient(() -> admin, name);
    }

    @Test
    void createdTopicIsRightAndItsIdentityIsToldByTheBrokers() throws Exception {
        client.create(1, 1, LARGEST_ENTRY);

        CheckedTopic topic = checkWhenKnown(client);

        assertThat(topic.identity().clusterId())
                .isEqualTo(admin.describeCluster().clusterId().get());
        assertThat(topic.identity().topicId())
                .isEqualTo(admin.describeTopics(List.of(name))
                        .topicNameValues()
                        .get(name)
                        .get()
                        .topicId());
        assertThat(topic.logStart()).isZero();
        assertThat(check(topic.identity(), 0)).isEqualTo(topic);
    }

    @Test
    void topicThatIsNotThereIsRefused() {
        refused(null, 0, "Expected a topic " + name + ", but the brokers have none: make it, or");
    }

    @Test
    void topicIsNotCreatedTwice() {
        client.create(1, 1, LARGEST_ENTRY);

        assertThatExceptionOfType(UnusableTopicException.class)
                .isThrownBy(() -> client.create(1, 1, LARGEST_ENTRY))
                .withMessage("Expected no topic %s, but there is one: use it as it is, or choose another name", name);
    }

    @Test
    void topicIsNotCreatedWithMoreReplicasThanThereAreBrokers() {
        assertThatExceptionOfType(UnusableTopicException.class)
                .isThrownBy(() -> client.create(3, 2, LARGEST_ENTRY))
                .withMessageStartingWith("Expected to make the topic " + name + ", but the brokers say \"");
        refused(null, 0, "but the brokers have none");
    }

    @Test
    void topicIsNotCreatedWithMoreReplicasInSyncThanThereAre() {
        assertThatExceptionOfType(UnusableTopicException.class)
                .isThrownBy(() -> client.create(1, 2, LARGEST_ENTRY))
                .withMessage("Expected min.insync.replicas of at most 1, the number of replicas, but it is 2");
    }

    @Test
    void topicOfTwoPartitionsIsRefused() throws Exception {
        NewTopic two = new NewTopic(name, Optional.of(2), Optional.of((short) 1))
                .configs(TopicSettings.of(1, 1, LARGEST_ENTRY));
        admin.createTopics(List.of(two)).all().get();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> refused(
                        null,
                        0,
                        "Expected one partition of the topic " + name + ", since the log has one order, but it has 2:",
                        "make another topic with --partitions 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"compact", "compact,delete"})
    void topicThatIsCompactedIsRefused(String policy) throws Exception {
        create("cleanup.policy=" + policy);

        refused(
                null,
                0,
                "Expected cleanup.policy=delete of the topic " + name + ", but cleanup.policy=",
                "kafka-configs.sh --bootstrap-server ... --alter --entity-type topics --entity-name " + name
                        + " --add-config cleanup.policy=delete");
    }

    @Test
    void topicWithTheTimesOfItsProducersIsRefused() throws Exception {
        create("message.timestamp.type=CreateTime");

        refused(
                null,
                0,
                "Expected message.timestamp.type=LogAppendTime of the topic " + name
                        + ", but message.timestamp.type=CreateTime:",
                "--add-config message.timestamp.type=LogAppendTime");
    }

    @Test
    void allWrongSettingsAreNamedAtOnce() throws Exception {
        broker.createTopic(name, "cleanup.policy=compact");
        String bytes = Long.toString(TopicSettings.largestBatchBytes(LARGEST_ENTRY));

        refused(
                null,
                0,
                "but cleanup.policy=compact and message.timestamp.type=CreateTime and max.message.bytes=1048588:",
                "--add-config cleanup.policy=delete,message.timestamp.type=LogAppendTime,max.message.bytes=" + bytes);
    }

    @Test
    void settingThatIsChangedLaterIsRefusedThenAndRightWhenItIsSetBack() throws Exception {
        create();
        TopicIdentity identity = check(null, 0).identity();

        alter("cleanup.policy", "compact");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> refused(identity, 0, "but cleanup.policy=compact"));

        alter("cleanup.policy", "delete");
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> check(identity, 0) != null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "gzip", "lz4", "snappy", "zstd"})
    void largestEntryPassesAnAcceptedTopicWhateverItsCompression(String compression) throws Exception {
        create("compression.type=" + compression);
        check(null, 0);
        byte[] entry = new byte[LARGEST_ENTRY];
        new Random(1).nextBytes(entry);

        assertThat(send(entry)).isZero();
    }

    @Test
    void topicThatRefusesTheLargestEntryIsRefused() throws Exception {
        create("max.message.bytes=" + LARGEST_ENTRY);

        refused(
                null,
                0,
                "Expected max.message.bytes=1049344 of the topic " + name + ", but max.message.bytes=1048576:",
                "--add-config max.message.bytes=1049344");
        assertThatThrownBy(() -> send(new byte[LARGEST_ENTRY])).hasCauseInstanceOf(RecordTooLargeException.class);
    }

    @Test
    void topicThatBeginsAfterTheNextOffsetIsRefused() throws Exception {
        create();
        for (int i = 0; i < 3; i++) {
            send(new byte[] {1});
        }
        deleteBefore(2);

        refused(
                null,
                1,
                "Expected the topic " + name + " to begin at the offset 1, where this replica goes on, or before, but"
                        + " it begins at 2: start from a newer backup of another replica",
                "--add-config retention.ms=-1,retention.bytes=-1");
        assertThat(check(null, 2).logStart()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"retention.ms=86400000", "retention.bytes=1000000"})
    void limitedRetentionIsWarnedOfWhileNothingIsMissing(String retention) throws Exception {
        create(retention);
        String warning = "The topic " + name + " deletes old entries";

        assertThat(check(null, 0).warnings()).anyMatch(text -> text.startsWith(warning));

        alter(retention.split("=")[0], "-1");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(check(null, 0).warnings()).noneMatch(text -> text.startsWith(warning)));
    }

    @Test
    void uncleanElectionIsWarnedOf() throws Exception {
        create("unclean.leader.election.enable=true");

        assertThat(check(null, 0).warnings())
                .anyMatch(text -> text.startsWith("A broker that lacks acknowledged reports"));
    }

    @Test
    void topicOfOneReplicaIsWarnedOfAndSaysWhetherItSurvivesAPowerCut() throws Exception {
        create();
        assertThat(check(null, 0).warnings())
                .containsExactly("The topic " + name + " has one replica: an acknowledged report survives a power cut,"
                        + " but not the loss of the broker's disk: use three replicas and min.insync.replicas=2");

        alter("flush.messages", "1000");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(check(null, 0).warnings())
                        .singleElement()
                        .asString()
                        .contains("survives a power cut only with flush.messages=1, but not"));
    }

    @Test
    void topicsOfThreeBrokersAreWarnedOfUnlessOneMayBeLost() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.start(directory)) {
            Admin brokers = cluster.brokers().get(0).admin();

            assertThat(warnings(brokers, "right", 3, 2)).isEmpty();
            assertThat(warnings(brokers, "one-in-sync", 3, 1))
                    .singleElement()
                    .asString()
                    .contains("acknowledges reports that one broker alone has", "min.insync.replicas=2");
            assertThat(warnings(brokers, "two-replicas", 2, 2))
                    .singleElement()
                    .asString()
                    .contains("has two replicas", "nothing can be appended until it is back");
        }
    }

    @Test
    void topicThatWasDeletedAndMadeAnewIsRefused() throws Exception {
        create();
        TopicIdentity before = check(null, 0).identity();
        assertThat(check(before, 0).identity()).isEqualTo(before);

        admin.deleteTopics(List.of(name)).all().get();
        create();
        TopicIdentity after = check(null, 0).identity();

        refused(
                before,
                0,
                "Expected the topic " + name + " with the id " + before.topicId(),
                "but its id is " + after.topicId() + ", since it was deleted and made anew or is another: correct");
    }

    @Test
    void anotherClusterIsRefused() throws Exception {
        create();
        TopicIdentity found = check(null, 0).identity();

        refused(
                new TopicIdentity("another", found.topicId()),
                0,
                "Expected brokers of the cluster another",
                "of the cluster " + found.clusterId() + ": correct spring.kafka.bootstrap-servers");
    }

    @Test
    void brokerThatDoesNotAnswerIsNoRefusalAndTheCheckPassesWhenItAnswersAgain() throws Exception {
        try (KafkaBroker stopped = KafkaBroker.start(directory)) {
            TopicClient topic = new TopicClient(() -> stopped.admin(), name);
            topic.create(1, 1, LARGEST_ENTRY);
            TopicCheck check = new TopicCheck(topic, LARGEST_ENTRY);
            CheckedTopic before = checkWhenKnown(topic);

            stopped.pause();
            long start = System.nanoTime();
            assertThatExceptionOfType(LogUnavailableException.class)
                    .isThrownBy(() -> check.check(null, 0))
                    .withMessageStartingWith(
                            "The Kafka brokers did not answer about the topic " + name + " within 10 s");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TopicClient.TIMEOUT.plusSeconds(5));

            stopped.resume();
            await().atMost(Duration.ofSeconds(30))
                    .ignoreException(LogUnavailableException.class)
                    .untilAsserted(
                            () -> assertThat(check.check(before.identity(), 0)).isEqualTo(before));
        }
    }

    @Test
    void topicThatThisProcessMayNotDescribeIsRefusedWithTheRightsItNeeds() throws Exception {
        try (KafkaBroker guarded = KafkaBroker.start(
                directory,
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found=true")) {
            TopicClient topic = new TopicClient(() -> guarded.admin(), name);
            topic.create(1, 1, LARGEST_ENTRY);
            checkWhenKnown(topic);

            AclBinding denial = new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL),
                    new AccessControlEntry(
                            "User:ANONYMOUS", "*", AclOperation.DESCRIBE_CONFIGS, AclPermissionType.DENY));
            guarded.admin().createAcls(List.of(denial)).all().get();

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThatExceptionOfType(UnusableTopicException.class)
                            .isThrownBy(topic::read)
                            .withMessageContaining("grant Describe, DescribeConfigs, Read and Write"));
        }
    }

    private static List<String> warnings(Admin brokers, String topic, int replicas, int inSync) {
        TopicClient client = new TopicClient(() -> brokers, topic);
        client.create(replicas, inSync, LARGEST_ENTRY);
        return checkWhenKnown(client).warnings();
    }

    /** Checks a topic that was made a moment ago: a broker may not know of it yet. */
    private static CheckedTopic checkWhenKnown(TopicClient client) {
        TopicCheck check = new TopicCheck(client, LARGEST_ENTRY);
        return await().atMost(Duration.ofSeconds(10))
                .ignoreExceptionsMatching(problem -> problem.getMessage().contains("but the brokers have none"))
                .until(() -> check.check(null, 0), topic -> true);
    }

    private CheckedTopic check(@Nullable TopicIdentity expected, long nextOffset) {
        return new TopicCheck(client, LARGEST_ENTRY).check(expected, nextOffset);
    }

    private void refused(@Nullable TopicIdentity expected, long nextOffset, String... parts) {
        assertThatExceptionOfType(UnusableTopicException.class)
                .isThrownBy(() -> check(expected, nextOffset))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(parts);
    }

    /** Creates a topic that is right but for some settings. */
    private void create(String... wrong) throws ExecutionException, InterruptedException {
        broker.createTopic(name, TopicSettings.of(1, 1, LARGEST_ENTRY), wrong);
    }

    private void alter(String setting, String value) throws ExecutionException, InterruptedException {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
    }

    private void deleteBefore(long offset) throws ExecutionException, InterruptedException {
        admin.deleteRecords(Map.of(new TopicPartition(name, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    /** Sends an entry with a producer that lets no larger one pass, and returns its offset. */
    private long send(byte[] entry) throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "max.request.size",
                (int) TopicSettings.largestBatchBytes(LARGEST_ENTRY),
                "acks",
                "all");
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(name, entry))
                    .get(30, TimeUnit.SECONDS)
                    .offset();
        }
    }
}
