package dev.waystate.statelog.kafka;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.TopicPlace;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * The one thread that reads the topic, from the place of the view on. It goes on after Kafka was away, and begins anew
 * after the view was thrown away. If the topic cannot be read on, the replica stops.
 */
final class TopicReader {

    private static final Logger log = LoggerFactory.getLogger(TopicReader.class);

    private static final Duration POLL = Duration.ofMillis(100);

    private static final int MOST_UNREADABLE = 5;
    private static final long PAUSE_MILLIS = 1_000;
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * Damage that is met again within this time comes from the topic, from a fault of this program, or from a disk that
     * fails.
     */
    private static final long REBUILD_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ReplicaView replica;
    private final KafkaClients clients;
    private final TopicWatch watch;
    private final TopicPartition partition;
    private final EntryApplier applier;
    private final Arrivals arrivals;
    private final Lag lag;
    private final LogHealth health;
    private final Thread thread = new Thread(this::run, "state-log-applier");

    private volatile boolean closed;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    // Guarded by this.
    /** What is to be mended; null when nothing is. */
    private @Nullable Exception damage;

    private long damagedAt = System.nanoTime() - REBUILD_PAUSE_NANOS;

    // Used by the thread alone.
    /** Whether no entry can be applied before the view is built again. */
    private boolean halted;

    /** Whether it was said that the topic cannot be read, and not that it can be. */
    private boolean warned;

    private long warnedAt = System.nanoTime() - WARN_NANOS;
    private int unreadable;
    private long unreadableAt;
    private long checkedAt;

    TopicReader(
            ReplicaView replica,
            KafkaClients clients,
            TopicWatch watch,
            TopicPartition partition,
            EntryApplier applier,
            Arrivals arrivals,
            Lag lag,
            LogHealth health) {
        this.replica = replica;
        this.clients = clients;
        this.watch = watch;
        this.partition = partition;
        this.applier = applier;
        this.arrivals = arrivals;
        this.lag = lag;
        this.health = health;
    }

    void start() {
        thread.start();
    }

    /** Ends the thread, at the end of a transaction. */
    void close() throws InterruptedException {
        closed = true;
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        thread.join();
    }

    /**
     * Asks for another view, if a reader has met damage in this one. It is built if the topic still has its beginning.
     *
     * @return whether it will be, or has been, built; false if that has not helped, or the thread has ended
     */
    synchronized boolean isRebuiltFor(DamagedRecordException met, LogView view) {
        return view != replica.get() || thread.isAlive() && note(met);
    }

    /** Notes damage. Returns false if damage was met a short time ago, too. */
    private synchronized boolean note(Exception met) {
        if (damage == null) {
            if (System.nanoTime() - damagedAt < REBUILD_PAUSE_NANOS) {
                return false;
            }
            damage = met;
            damagedAt = System.nanoTime();
        }
        return true;
    }

    /** Applies nothing more to a view in which an entry has met damage, and leaves its file alone. */
    private void halt(Exception met) {
        replica.get().abandon();
        halted = true;
        if (!note(met)) {
            throw new UnusableFileException("The view is damaged again, less than an hour after it was built: "
                    + met.getMessage() + ". Look at its disk");
        }
    }

    /**
     * Builds the view again in which damage was met. The topic has all that it had applied.
     *
     * @throws UnusableFileException if the topic has lost its beginning, and the view cannot go on as it is
     * @throws KafkaException if the brokers do not answer: the view stays until they do
     */
    private void mend(Consumer<?, ?> opened, Exception met) throws SQLException, IOException {
        if (opened.beginningOffsets(List.of(partition)).get(partition) == 0) {
            lag.begin();
            applier.rebuild(met);
            arrivals.reached(0);
            halted = false;
            seek(opened);
        } else if (halted) {
            throw new UnusableFileException("The view is damaged, and cannot be built again, since the topic "
                    + partition.topic() + " has lost its beginning: " + met.getMessage()
                    + ". Put a back-up of another replica in the place of the file");
        } else {
            log.warn("The view stays as it is, since the topic {} has lost its beginning", partition.topic(), met);
        }
        forgetDamage();
    }

    private synchronized @Nullable Exception damage() {
        return damage;
    }

    private synchronized void forgetDamage() {
        damage = null;
    }

    private void run() {
        try {
            while (!closed) {
                follow();
            }
        } catch (UnusableTopicException unusable) {
            health.failed(unusable);
        } catch (Throwable problem) {
            replica.get().abandon();
            health.failed(problem);
            log.error("The view cannot be written, and the replica stops", problem);
        }
    }

    /** Reads on until Kafka or the file is in trouble that passes, or the clients or the view are to be made anew. */
    private void follow() throws SQLException, IOException, InterruptedException {
        int generation = clients.generation();
        try (Consumer<byte[], byte[]> opened = clients.newConsumer()) {
            consumer = opened;
            TopicIdentity topic = watch.identify(replica.known(), nextOffset());
            opened.assign(List.of(partition));
            long end = opened.endOffsets(List.of(partition)).get(partition);
            seek(opened);
            Exception met = damage();
            if (met != null) {
                opened.position(partition); // fails where the topic lacks what the view has applied
                mend(opened, met);
            }
            replica.builtUpTo(end);
            while (!closed && clients.generation() == generation && damage() == null) {
                applier.beginWhenPossible(opened.position(partition) >= end);
                List<ConsumerRecord<byte[], byte[]>> records = poll(opened);
                applyWhenPossible(records, topic);
                if (!closed) {
                    arrivals.reached(opened.position(partition));
                }
                OptionalLong behind = opened.currentLag(partition);
                lag.look(behind, !records.isEmpty());
                if (warned && behind.isPresent()) {
                    warned = false;
                    log.info("The topic {} is read again", partition.topic());
                }
                lookAround(records.isEmpty());
            }
        } catch (WakeupException closing) {
            // The log is closed.
        } catch (InvalidOffsetException gone) {
            throw lost(gone);
        } catch (LogUnavailableException | KafkaException away) {
            warn(away);
            Thread.sleep(PAUSE_MILLIS);
        } catch (DamagedRecordException met) {
            halt(met);
        } catch (SQLException problem) {
            if (!SqliteErrors.isDamage(problem)) {
                throw problem;
            }
            halt(problem);
        } finally {
            consumer = null;
        }
    }

    /** Says why the topic cannot be read, once a minute at most. */
    private void warn(Exception away) {
        if (System.nanoTime() - warnedAt > WARN_NANOS) {
            warnedAt = System.nanoTime();
            warned = true;
            log.warn("The topic {} cannot be read now: {}", partition.topic(), away.getMessage());
        }
    }

    /** Returns why the topic lacks entries that the view has, or needs next. */
    private UnusableTopicException lost(InvalidOffsetException gone) {
        try {
            watch.identify(replica.known(), nextOffset());
        } catch (UnusableTopicException named) {
            return named; // it is another topic, or has no such beginning
        } catch (LogUnavailableException away) {
            log.debug("Whether it is another topic is not known", away);
        }
        return new UnusableTopicException("The topic " + partition.topic() + " has lost entries that this replica has"
                + " applied, as after the election of a broker that did not have them: " + gone.getMessage()
                + ". Compare the replicas, then start all from a back-up of the one to keep");
    }

    /** @throws UnusableTopicException if the next entries are damaged, again and again */
    private List<ConsumerRecord<byte[], byte[]>> poll(Consumer<byte[], byte[]> opened) {
        try {
            return opened.poll(POLL).records(partition);
        } catch (KafkaException problem) {
            // Kafka has no class of its own for what a broker, or the consumer, finds damaged.
            if (problem.getClass() == KafkaException.class || problem instanceof CorruptRecordException) {
                noteUnreadable(problem);
            }
            throw problem;
        }
    }

    private void noteUnreadable(KafkaException problem) {
        long next = nextOffset();
        unreadable = next == unreadableAt ? unreadable + 1 : 1;
        unreadableAt = next;
        if (unreadable == MOST_UNREADABLE) {
            throw new UnusableTopicException("The topic " + partition.topic() + " is damaged from offset " + next
                    + " on: "
                    + NestedExceptionUtils.getMostSpecificCause(problem).getMessage()
                    + ". Restore the topic, or begin a new one from a back-up");
        }
    }

    private long nextOffset() {
        TopicPlace place = replica.get().place();
        return place == null ? 0 : place.nextOffset();
    }

    private void seek(Consumer<?, ?> opened) {
        TopicPlace place = replica.get().place();
        if (place == null) {
            opened.seekToBeginning(List.of(partition));
        } else {
            Optional<Integer> epoch = place.leaderEpoch() < 0 ? Optional.empty() : Optional.of(place.leaderEpoch());
            opened.seek(partition, new OffsetAndMetadata(place.nextOffset(), epoch, ""));
        }
        applier.goOnAt(nextOffset());
    }

    private void applyWhenPossible(List<ConsumerRecord<byte[], byte[]>> records, TopicIdentity topic)
            throws SQLException, IOException, InterruptedException {
        if (!records.isEmpty()) {
            lag.applied(records.get(0).timestamp()); // all before it
        }
        while (!records.isEmpty() && !closed && !applier.apply(records, topic)) {
            lag.look(OptionalLong.of(records.size()), true);
            Thread.sleep(PAUSE_MILLIS);
        }
        if (!records.isEmpty()) {
            lag.applied(records.get(records.size() - 1).timestamp());
        }
        replica.get().checkpointWhenDue();
    }

    private void lookAround(boolean idle) throws SQLException, IOException {
        replica.unmarkWhenWhole();
        applier.prune(idle);
        watch.lookAgain(replica.known(), nextOffset());
        if (idle && System.nanoTime() - checkedAt > CHECK_NANOS) {
            checkedAt = System.nanoTime();
            replica.get().checkFile();
            warnOfImport(replica.get());
        }
    }

    private void warnOfImport(LogView view) {
        if (view.isImporting()) {
            log.warn(
                    "The topic {} has a part of an import, up to position {}, and nothing that follows: the replica waits."
                            + " If the import was cut short, delete the topic, make it anew, import again, and begin with"
                            + " an empty file",
                    partition.topic(),
                    view.head());
        }
    }
}
