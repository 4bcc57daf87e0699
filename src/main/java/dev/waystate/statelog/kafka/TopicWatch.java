package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.view.TopicPlace;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that the topic is, and stays, as the log needs it. Used only by the applier's thread. */
final class TopicWatch {

    private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final TopicClient client;
    private final TopicCheck check;
    private final int createReplicas;
    private final int largestEntry;

    private long lookedAt = System.nanoTime();

    /** The check that is under way; null if there is none. */
    private @Nullable CompletableFuture<CheckedTopic> looking;

    /** What was warned of, once each. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /**
     * @param createReplicas creates the topic where it is missing, kept by so many brokers; 0 creates nothing
     * @param largestEntry the size of the largest entry, in bytes
     */
    TopicWatch(TopicClient client, TopicCheck check, int createReplicas, int largestEntry) {
        this.client = client;
        this.check = check;
        this.createReplicas = createReplicas;
        this.largestEntry = largestEntry;
    }

    /**
     * Returns the identity of the topic.
     *
     * @param known a place in the topic that is expected; null when any will do
     * @param nextOffset where the view goes on
     * @throws UnusableTopicException if it is not as the log needs it, or another one
     * @throws LogUnavailableException if Kafka does not answer, or one broker does not know yet that there is a new
     *     topic
     */
    TopicIdentity identify(@Nullable TopicPlace known, long nextOffset) {
        if (createReplicas == 0 || known != null) {
            return look(known, nextOffset).identity();
        }
        if (!client.exists()) {
            create();
        }
        try {
            return look(null, nextOffset).identity();
        } catch (MissingTopicException unheardOf) {
            throw new LogUnavailableException("A broker has not heard of the new topic yet", unheardOf);
        }
    }

    private void create() {
        try {
            client.create(createReplicas, Math.max(1, createReplicas - 1), largestEntry);
            log.info("The topic of the state log was created, kept by {} brokers", createReplicas);
        } catch (UnusableTopicException refused) {
            if (!client.exists()) { // or another replica was first
                throw refused;
            }
        }
    }

    /**
     * Begins a check now and then, which does not hold up the applier. Reports the outcome of one that has ended.
     *
     * @throws UnusableTopicException as {@link #identify} does
     */
    void lookAgain(@Nullable TopicPlace known, long nextOffset) {
        if (looking != null && looking.isDone()) {
            noteEnd(looking);
            looking = null;
        }
        if (looking == null && System.nanoTime() - lookedAt > PAUSE_NANOS) {
            lookedAt = System.nanoTime();
            looking = CompletableFuture.supplyAsync(() -> look(known, nextOffset), TopicWatch::onThread);
        }
    }

    private static void noteEnd(CompletableFuture<CheckedTopic> look) {
        try {
            look.join();
        } catch (CompletionException problem) {
            if (problem.getCause() instanceof UnusableTopicException unusable) {
                throw unusable;
            }
        }
    }

    private static void onThread(Runnable look) {
        Thread thread = new Thread(look, "state-log-topic-check");
        thread.setDaemon(true);
        thread.start();
    }

    private CheckedTopic look(@Nullable TopicPlace known, long nextOffset) {
        TopicIdentity expected =
                known == null ? null : new TopicIdentity(known.cluster(), Uuid.fromString(known.topic()));
        CheckedTopic topic = check.check(expected, nextOffset);
        topic.warnings().stream().filter(warned::add).forEach(log::warn);
        return topic;
    }
}
