package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.KafkaCluster;
import dev.waystate.ServerProcess;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.proto.v1.Record;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicas over three brokers, of which the leader is killed. */
@Timeout(600)
@Tag("long")
class BrokerClusterIT {

    private static final int KILLS = 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Another broker leads after a few seconds; then replicas go on as after any outage. */
    private static final Duration FAILED_OVER = Duration.ofSeconds(20);

    private static final String TOPIC = "reports";

    @TempDir
    Path directory;

    @Test
    void leaderIsKilledAgainAndAgainAndEveryAcknowledgedReportIsThereOnce() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.start(directory);
                Replicas replicas = Replicas.startOver(3, directory, 2, cluster.bootstrap(), TOPIC);
                ReplicaFollower follower = new ReplicaFollower(replicas.ports());
                ReplicaLoad load = new ReplicaLoad().with(4, replicas.port(0)).with(4, replicas.port(1))) {
            for (int kill = 0; kill < KILLS; kill++) {
                KafkaBroker leader = leaderOfAll(cluster, load);
                leader.kill();
                load.awaitProgress(FAILED_OVER);
                leader.restart();
            }
            KafkaBroker leader = leaderOfAll(cluster, load);
            leader.pause(); // its connections stay
            load.awaitProgress(FAILED_OVER);
            leader.resume();
            load.awaitProgress(FAILED_OVER);
            load.finish();

            Contents contents = replicas.awaitAgreement();
            load.audit(contents);
            follower.assertSees(contents.records());
        }
    }

    /**
     * A broker that was away while reports were acknowledged is made to lead, and so they are not in the topic any
     * more.
     */
    @Test
    void logThatAnUncleanElectionHasCutIsRefused() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.start(directory)) {
            KafkaBroker leader = cluster.brokers().get(0);
            KafkaBroker behind = cluster.brokers().get(1);
            Admin admin = cluster.brokers().get(2).admin(); // which has no part of the topic
            createTopic(admin, leader, behind);
            try (Replicas replicas = Replicas.startOver(2, directory, 2, cluster.bootstrap(), TOPIC);
                    ReplicaLoad load = new ReplicaLoad().with(4, replicas.ports())) {
                load.awaitProgress(TIMEOUT);
                behind.kill();
                awaitInSync(admin, 1);
                load.awaitProgress(TIMEOUT);
                load.finish();
                List<Record> before = replicas.awaitAgreement().records();
                assertThat(replicas.process(1).terminate()).isEqualTo(143);

                leader.kill();
                behind.restart();
                await().atMost(TIMEOUT)
                        .until(() -> partition(admin).leader() != null
                                && partition(admin).leader().id() == behind.id());
                assertThatItEndsAndTellsNothingElse(replicas, before);

                fill(behind.bootstrap(), before.size()); // what is there now is further than the view has read
                replicas.launchAgain(1);
                assertThatItEnds(replicas.process(1));
            }
        }
    }

    /** Waits until all have all, and returns the leader. */
    private static KafkaBroker leaderOfAll(KafkaCluster cluster, ReplicaLoad load) throws Exception {
        awaitInSync(cluster.brokers().get(0).admin(), 3);
        load.awaitProgress(FAILED_OVER);
        return cluster.leader(TOPIC);
    }

    private static void createTopic(Admin admin, KafkaBroker... brokers) throws Exception {
        List<Integer> ids = List.of(brokers[0].id(), brokers[1].id());
        NewTopic topic = new NewTopic(TOPIC, Map.of(0, ids))
                .configs(Map.of(
                        "message.timestamp.type", "LogAppendTime",
                        "max.message.bytes", "8388608",
                        "min.insync.replicas", "1",
                        "unclean.leader.election.enable", "true"));
        admin.createTopics(List.of(topic)).all().get();
        awaitInSync(admin, 2);
    }

    private static void awaitInSync(Admin admin, int brokers) {
        await().atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> partition(admin).isr().size() == brokers);
    }

    private static TopicPartitionInfo partition(Admin admin) throws Exception {
        return admin.describeTopics(List.of(TOPIC))
                .topicNameValues()
                .get(TOPIC)
                .get(10, TimeUnit.SECONDS)
                .partitions()
                .get(0);
    }

    private static void fill(String bootstrap, int records) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(TOPIC, new byte[] {1}));
            }
        }
    }

    private static void assertThatItEndsAndTellsNothingElse(Replicas replicas, List<Record> records) throws Exception {
        ServerProcess process = replicas.process(0);
        await().atMost(TIMEOUT).until(() -> {
            try {
                LogAudit.assertAgree(LogAudit.dump(replicas.port(0)), records);
            } catch (StatusRuntimeException ends) {
                // as it has to
            }
            return !process.process().isAlive();
        });
        assertThatItEnds(process);
    }

    private static void assertThatItEnds(ServerProcess process) throws Exception {
        assertThat(process.process().waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as(() -> String.join("\n", process.output()))
                .isTrue();
        assertThat(process.process().exitValue())
                .as(() -> String.join("\n", process.output()))
                .isEqualTo(74);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> process.output().stream()
                        .anyMatch(line -> line.contains(
                                "has lost entries that this replica has applied, as after the election")));
    }
}
