package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.LogLines;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Brokers let a replica read the topic and not write to it, or write and not read. */
@Timeout(120)
class ForbiddenTopicIT {

    private static final String REFUSED = "Appends are refused until the replica is part of the log again: ";

    @RegisterExtension
    final LogLines told = LogLines.of(EntrySender.class);

    @RegisterExtension
    final LogLines read = LogLines.of(TopicReader.class);

    @TempDir
    Path directory;

    @Test
    void whyNothingCanBeWrittenIsInTheLogOnceAndTheReplicaGoesOnWhenItMay() throws Exception {
        try (KafkaBroker guarded = KafkaBroker.start(
                directory.resolve("kafka"),
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found=true")) {
            // The control.
            try (Replica allowed = replica(guarded, "allowed").awaitReady()) {
                assertThat(allowed.isReady()).isTrue();
            }
            assertThat(told.messages()).noneMatch(line -> line.startsWith(REFUSED));

            new TopicClient(guarded::admin, "forbidden").create(1, 1, Replica.LARGEST_ENTRY);
            allow(guarded, AclOperation.READ, AclOperation.DESCRIBE_CONFIGS); // and so nothing else
            try (Replica forbidden = replica(guarded, "forbidden")) {
                await().atMost(Duration.ofSeconds(30)).until(() -> forbidden.count("given.up") >= 2);
                assertThat(told.messages())
                        .filteredOn(line -> line.startsWith(REFUSED))
                        .singleElement()
                        .asString()
                        .endsWith("and the last send failed: Not authorized to access topics: [forbidden]");
                assertThat(forbidden.isReady()).isFalse();

                allow(guarded, AclOperation.WRITE);
                assertThat(forbidden.awaitReady().isReady()).isTrue();
            }
        }
    }

    @Test
    void whyNothingCanBeReadIsInTheLogOnceAndThatItCanBeReadAgain() throws Exception {
        try (KafkaBroker guarded = KafkaBroker.start(
                directory.resolve("kafka"),
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found=true")) {
            new TopicClient(guarded::admin, "forbidden").create(1, 1, Replica.LARGEST_ENTRY);
            allow(guarded, AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS); // and so nothing else
            try (Replica forbidden = replica(guarded, "forbidden")) {
                await().atMost(Duration.ofSeconds(30)).until(() -> forbidden.count("given.up") >= 2);
                assertThat(read.messages())
                        .containsExactly("The topic forbidden cannot be read now: Not authorized to access topics:"
                                + " [forbidden]");

                allow(guarded, AclOperation.READ);
                forbidden.awaitReady();
                assertThat(read.messages()).hasSize(2).last().isEqualTo("The topic forbidden is read again");
            }
        }
    }

    private static void allow(KafkaBroker broker, AclOperation... operations) throws Exception {
        ResourcePattern topic = new ResourcePattern(ResourceType.TOPIC, "forbidden", PatternType.LITERAL);
        List<AclBinding> permissions = Arrays.stream(operations)
                .map(operation -> new AclBinding(
                        topic, new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW)))
                .toList();
        broker.admin().createAcls(permissions).all().get();
    }

    private Replica replica(KafkaBroker broker, String topic) throws Exception {
        return new Replica(broker.bootstrap(), topic, directory.resolve(topic + ".db"), RetentionProperties.OFF, 1);
    }
}
