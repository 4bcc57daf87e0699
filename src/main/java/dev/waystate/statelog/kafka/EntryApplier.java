package dev.waystate.statelog.kafka;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.kafka.EntryCodec.Found;
import dev.waystate.statelog.view.Followers;
import dev.waystate.statelog.view.LogHealth;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.RetentionProperties;
import dev.waystate.statelog.view.SqliteErrors;
import dev.waystate.statelog.view.TopicPlace;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that reads the topic and has the view apply it: records, sources and the place in the topic move in one
 * transaction. Only then are this process's own entries settled and followers woken.
 *
 * <p>Trouble of this process decides nothing. While the disk is full, the view waits at its place. A view that is damaged is
 * thrown away and built again.
 */
final class EntryApplier {

    private static final Logger log = LoggerFactory.getLogger(EntryApplier.class);

    private static final Duration POLL = Duration.ofMillis(100);

    /** Small enough for entries to wait for. */
    private static final long PRUNED_WHILE_IDLE = 50_000;

    private static final int MOST_UNREADABLE = 5;
    private static final long PAUSE_MILLIS = 1_000;
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ReplicaView replica;
    private final KafkaClients clients;
    private final TopicWatch watch;
    private final TopicPartition partition;
    private final Unsettled unsettled;
    private final EntrySender sender;
    private final Arrivals arrivals;
    private final RetentionProperties retention;
    private final Followers followers;
    private final LogHealth health;
    private final Lag lag;
    private final ReplicationMetrics metrics;
    private final Thread thread = new Thread(this::run, "state-log-applier");

    private volatile boolean closed;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    // Used by the applier's thread alone.
    private boolean refusing;
    private int unreadable;
    private long checkedAt;
    private long appended;

    EntryApplier(
            ReplicaView replica,
            KafkaClients clients,
            TopicWatch watch,
            TopicPartition partition,
            Unsettled unsettled,
            EntrySender sender,
            Arrivals arrivals,
            RetentionProperties retention,
            Followers followers,
            LogHealth health,
            Lag lag,
            ReplicationMetrics metrics) {
        this.replica = replica;
        this.clients = clients;
        this.watch = watch;
        this.partition = partition;
        this.unsettled = unsettled;
        this.sender = sender;
        this.arrivals = arrivals;
        this.retention = retention;
        this.followers = followers;
        this.health = health;
        this.lag = lag;
        this.metrics = metrics;
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

    /** Reads on until Kafka or the file is in trouble that passes, or the clients are to be made anew. */
    private void follow() throws SQLException, IOException, InterruptedException {
        int generation = clients.generation();
        try (Consumer<byte[], byte[]> opened = clients.newConsumer()) {
            consumer = opened;
            TopicIdentity topic = watch.identify(replica.known(), nextOffset());
            seek(opened);
            long end = opened.endOffsets(List.of(partition)).get(partition);
            replica.builtUpTo(end);
            while (!closed && clients.generation() == generation) {
                beginWhenPossible(opened.position(partition) >= end);
                List<ConsumerRecord<byte[], byte[]>> records = opened.poll(POLL).records(partition);
                applyWhenPossible(records, topic);
                if (!closed) {
                    unreadable = 0;
                    arrivals.reached(opened.position(partition));
                }
                lag.look(opened.currentLag(partition), replica.get().lastRecordedAt(), !records.isEmpty());
                lookAround(records.isEmpty());
            }
        } catch (WakeupException closing) {
            // The log is closed.
        } catch (InvalidOffsetException gone) {
            throw lost(gone);
        } catch (LogUnavailableException | KafkaException away) {
            checkReadable(away);
            log.warn("The topic {} cannot be read now: {}", partition.topic(), away.getMessage());
            Thread.sleep(PAUSE_MILLIS);
        } catch (DamagedRecordException damage) {
            rebuild(damage);
        } catch (SQLException problem) {
            if (!SqliteErrors.isDamage(problem)) {
                throw problem;
            }
            rebuild(problem);
        } finally {
            consumer = null;
        }
    }

    /** Says why the entries are not there that the view has, or has to have next. */
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

    /** @throws UnusableTopicException if what the brokers have is damaged, again and again */
    private void checkReadable(RuntimeException problem) {
        Throwable cause = problem;
        while (cause != null && !(cause instanceof CorruptRecordException || cause instanceof InvalidRecordException)) {
            cause = cause.getCause();
        }
        if (cause != null && ++unreadable == MOST_UNREADABLE) {
            throw new UnusableTopicException(
                    "The topic " + partition.topic() + " is damaged from offset " + nextOffset() + " on: "
                            + cause.getMessage() + ". Restore the topic, or begin a new one from a back-up");
        }
    }

    private long nextOffset() {
        TopicPlace place = replica.get().place();
        return place == null ? 0 : place.nextOffset();
    }

    private void seek(Consumer<?, ?> opened) {
        opened.assign(List.of(partition));
        TopicPlace place = replica.get().place();
        if (place == null) {
            opened.seekToBeginning(List.of(partition));
        } else {
            Optional<Integer> epoch = place.leaderEpoch() < 0 ? Optional.empty() : Optional.of(place.leaderEpoch());
            opened.seek(partition, new OffsetAndMetadata(place.nextOffset(), epoch, ""));
        }
    }

    /**
     * A replica that finds nothing in the topic begins the log; of several that do so, the first one counts. Where a history
     * is imported, none takes part before its end.
     */
    private void beginWhenPossible(boolean atEnd) {
        LogView view = replica.get();
        if (view.place() != null) {
            sender.begin(view.isImporting() ? null : Entry.BARRIER);
        } else if (atEnd) {
            sender.begin(new Entry.Genesis(Entry.Genesis.newLogId()));
        }
    }

    private void applyWhenPossible(List<ConsumerRecord<byte[], byte[]>> records, TopicIdentity topic)
            throws SQLException, IOException, InterruptedException {
        while (!records.isEmpty() && !closed && !apply(records, topic)) {
            lag.look(OptionalLong.of(records.size()), replica.get().lastRecordedAt(), true);
            Thread.sleep(PAUSE_MILLIS);
        }
        if (refusing) {
            refusing = false;
            log.info("The view goes on");
        }
        replica.get().checkpointWhenDue();
    }

    /** Returns false when there is no room for the records, or another process holds the file. */
    private boolean apply(List<ConsumerRecord<byte[], byte[]>> records, TopicIdentity topic) throws SQLException {
        LogView view = replica.get();
        if (!view.begin()) {
            return refuse("another process holds the file");
        }
        List<Origin> origins = new ArrayList<>(records.size());
        List<Verdict> verdicts = new ArrayList<>(records.size());
        UnusableTopicException unusable = null;
        try {
            String logId = view.place() == null ? null : view.id();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Found found;
                try {
                    found = EntryCodec.decode(record, unsettled::entry);
                    if (found == null) {
                        noteForeign(record);
                        continue;
                    }
                    logId = checkLog(logId, found, record);
                } catch (UnusableTopicException here) {
                    unusable = here; // what is ahead of it counts
                    break;
                }
                origins.add(found.origin());
                verdicts.add(
                        view.apply(found.origin(), found.entry(), TimeUnit.MILLISECONDS.toNanos(record.timestamp())));
                view.moveTo(place(topic, record));
            }
            view.commit(records.size());
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem)) {
                throw problem;
            }
            view.rollBack();
            return refuse("the disk is full");
        }
        long before = view.head();
        boolean advanced = view.advance();
        appended += view.head() - before;
        settle(origins, verdicts);
        if (advanced) {
            followers.wake();
        }
        if (unusable != null) {
            throw unusable;
        }
        return true;
    }

    /**
     * Makes sure that an entry is of the log.
     *
     * @param logId the id of the log; null when it has not begun
     * @return the id of the log
     */
    private String checkLog(@Nullable String logId, Found found, ConsumerRecord<?, ?> record) {
        if (found.entry() instanceof Entry.Genesis genesis) {
            String known = replica.knownId();
            if (logId == null && known != null && !known.equals(genesis.logId())) {
                throw new UnusableTopicException("Expected the topic " + record.topic() + " to have the log " + known
                        + ", but it begins the log " + genesis.logId()
                        + ": name the right one, or begin with an empty file");
            }
            return logId == null ? genesis.logId() : logId;
        }
        if (logId == null) {
            throw new UnusableTopicException("Expected the topic " + record.topic()
                    + " to begin with a genesis, but at offset " + record.offset()
                    + " there is another entry: its beginning is gone. Start from a back-up of another replica");
        }
        if (!found.logId().equals(logId)) {
            throw new UnusableTopicException("Expected entries of the log " + logId + " in the topic " + record.topic()
                    + ", but at offset " + record.offset() + " there is one of the log " + found.logId()
                    + ": the topic was deleted and made anew, or is another. Name the right one, or begin with an empty"
                    + " file");
        }
        return logId;
    }

    private static TopicPlace place(TopicIdentity topic, ConsumerRecord<?, ?> record) {
        return new TopicPlace(
                topic.clusterId(),
                topic.topicId().toString(),
                record.offset() + 1,
                record.leaderEpoch().orElse(-1));
    }

    private void settle(List<Origin> origins, List<Verdict> verdicts) {
        unsettled.moved();
        for (int i = 0; i < origins.size(); i++) {
            unsettled.settle(origins.get(i), verdicts.get(i));
        }
        metrics.applied(origins.size());
    }

    private boolean refuse(String reason) {
        if (!refusing) {
            refusing = true;
            log.warn("The view waits at its place in the topic, and appends are refused: {}", reason);
            sender.restart("The replica cannot write its view, since " + reason);
        }
        return false;
    }

    private void noteForeign(ConsumerRecord<?, ?> record) {
        if (metrics.foreign() == 1) {
            log.warn(
                    "The topic {} has a record at offset {} that is no entry: it is skipped, as are all others. Keep"
                            + " other programs from writing to the topic",
                    record.topic(),
                    record.offset());
        }
    }

    private void lookAround(boolean idle) throws SQLException, IOException {
        LogView view = replica.get();
        if (retention.isOn() && !view.isImporting()) {
            // By the log's time, so that all replicas keep the same; unless a broker's clock was far ahead for a
            // moment.
            long latest = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + TimeUnit.DAYS.toNanos(1);
            long keptFrom = Math.min(view.lastRecordedAt(), latest) - TimeUnit.NANOSECONDS.convert(retention.maxAge());
            long most = idle ? PRUNED_WHILE_IDLE : 2 * appended;
            view.prune(retention, keptFrom, removed -> removed < most);
            appended = 0;
        }
        watch.lookAgain(replica.known(), nextOffset());
        if (idle && System.nanoTime() - checkedAt > CHECK_NANOS) {
            checkedAt = System.nanoTime();
            view.checkFile();
            warnOfImport(view);
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

    private void rebuild(Exception damage) throws SQLException, IOException {
        log.error("The view is damaged: it is built again from the topic, as for an empty disk", damage);
        metrics.rebuilt();
        lag.begin();
        sender.restart("The replica builds its view again");
        log.warn("The damaged view is kept as {}", replica.rebuild());
        arrivals.reached(0);
    }
}
