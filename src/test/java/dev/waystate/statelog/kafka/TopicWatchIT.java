package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.LogUnavailableException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of two brokers has not heard of a topic; here, since it is of another cluster. */
class TopicWatchIT {

    private final String topic = "watched-" + UUID.randomUUID();

    @TempDir
    Path directory;

    @Test
    void aTopicThatWasMadeAMomentAgoIsWaitedFor() throws Exception {
        KafkaBroker made = KafkaBroker.shared();
        try (KafkaBroker late = KafkaBroker.start(directory)) {
            assertThatThrownBy(() -> watch(1, made, made, late).identify(null, 0))
                    .as("is missing, made, and not known to the broker that is asked about it")
                    .isInstanceOf(LogUnavailableException.class)
                    .hasCauseInstanceOf(MissingTopicException.class);
            await().ignoreException(LogUnavailableException.class)
                    .until(() -> watch(1, made).identify(null, 0) != null);

            // The control: a topic that nobody makes is missing.
            assertThatThrownBy(() -> watch(0, late).identify(null, 0)).isInstanceOf(MissingTopicException.class);
        }
    }

    /** @param asked the brokers that answer in turn, the last one for ever */
    private TopicWatch watch(int createReplicas, KafkaBroker... asked) {
        AtomicInteger questions = new AtomicInteger();
        TopicClient client =
                new TopicClient(() -> asked[Math.min(questions.getAndIncrement(), asked.length - 1)].admin(), topic);
        return new TopicWatch(
                client, new TopicCheck(client, Replica.LARGEST_ENTRY), createReplicas, Replica.LARGEST_ENTRY);
    }
}
