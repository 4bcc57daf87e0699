package dev.waystate.statelog.kafka;

import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.kafka.EntryCodec.Found;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.view.HeadListeners;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.TopicPlace;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what was read of the topic to the view. Records, sources and the place in the topic change in one
 * transaction. Only then are this process's own entries settled and followers woken. For one thread.
 *
 * <p>What becomes of an entry never depends on trouble of this process. While the disk is full, the view waits at its
 * place. A view that is damaged is thrown away and built again.
 */
final class EntryApplier {

    private static final Logger log = LoggerFactory.getLogger(EntryApplier.class);

    /** The most records that are removed at a time while no entries come: few enough for entries to wait for. */
    private static final long PRUNED_WHILE_IDLE = 50_000;

    private final ReplicaView replica;
    private final Unsettled unsettled;
    private final EntrySender sender;
    private final RetentionProperties retention;
    private final HeadListeners listeners;
    private final ReplicationMetrics metrics;

    private boolean refusing;
    private long appended;

    /** The next offset. */
    private long next;

    /** How many missing offsets may be the ends of other programs' transactions, which take offsets of their own. */
    private long transactions;

    /** The last place where more were missing; null if there was none. */
    private @Nullable Gap gap;

    /**
     * Offsets that are missing in the topic. They may be entries, which a compaction takes, or the ends of transactions
     * that have no records.
     *
     * @param from the first of them
     * @param to the offset behind them
     * @param sessions those whose next entry behind them is known
     */
    private record Gap(long from, long to, Set<UUID> sessions) {}

    EntryApplier(
            ReplicaView replica,
            Unsettled unsettled,
            EntrySender sender,
            RetentionProperties retention,
            HeadListeners listeners,
            ReplicationMetrics metrics) {
        this.replica = replica;
        this.unsettled = unsettled;
        this.sender = sender;
        this.retention = retention;
        this.listeners = listeners;
        this.metrics = metrics;
    }

    /**
     * Lets the session of this process begin. A replica that finds nothing in the topic begins the log; if several do
     * so, the first one counts. Where a history is imported, no session begins before its end.
     */
    void beginWhenPossible(boolean atEnd) {
        LogView view = replica.get();
        if (view.place() != null) {
            sender.begin(view.isImporting() ? null : Entry.BARRIER);
        } else if (atEnd) {
            sender.begin(new Entry.Genesis(Entry.Genesis.newLogId()));
        }
    }

    /** Notes the offset at which reading goes on. */
    void goOnAt(long offset) {
        next = offset;
        transactions = 1;
    }

    /**
     * Applies records in one transaction. Returns false when there is no room for them, or another process holds the
     * file.
     */
    boolean apply(List<ConsumerRecord<byte[], byte[]>> records, TopicIdentity topic) throws SQLException {
        LogView view = replica.get();
        if (!view.begin()) {
            return refuse("another process holds the file");
        }
        List<Origin> origins = new ArrayList<>(records.size());
        List<Verdict> verdicts = new ArrayList<>(records.size());
        UnusableTopicException unusable;
        try {
            unusable = applyUsable(records, topic, view, origins, verdicts);
            view.commit();
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
        // After they are settled: a settled entry does not count as passed by.
        unsettled.moved(records.get(records.size() - 1).offset() + 1);
        if (advanced) {
            listeners.wake();
        }
        if (refusing) {
            refusing = false;
            log.info("The view goes on");
        }
        if (unusable != null) {
            throw unusable;
        }
        return true;
    }

    /**
     * Applies the records ahead of the first one that is unusable.
     *
     * @param origins takes the origin of each entry
     * @param verdicts takes what became of each entry
     * @return what is wrong with the unusable record; null if there is none
     */
    private @Nullable UnusableTopicException applyUsable(
            List<ConsumerRecord<byte[], byte[]>> records,
            TopicIdentity topic,
            LogView view,
            List<Origin> origins,
            List<Verdict> verdicts)
            throws SQLException {
        String logId = view.place() == null ? null : view.id();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Found found;
            try {
                noteGap(record);
                found = EntryCodec.decode(record, unsettled::entry);
                if (found == null) {
                    noteForeign(record);
                    continue;
                }
                requireWhole(found.origin(), view, record);
                logId = checkLog(logId, found, record);
            } catch (UnusableTopicException unusable) {
                return unusable;
            }
            origins.add(found.origin());
            verdicts.add(view.apply(found.origin(), found.entry(), TimeUnit.MILLISECONDS.toNanos(record.timestamp())));
            view.moveTo(place(topic, record));
        }
        return null;
    }

    private void noteGap(ConsumerRecord<?, ?> record) {
        if (record.offset() - next > transactions) {
            gap = new Gap(next, record.offset(), new HashSet<>());
        }
        next = record.offset() + 1;
    }

    /** Refuses the first entry of a session behind a gap if the session lacks entries. */
    private void requireWhole(Origin origin, LogView view, ConsumerRecord<?, ?> record) throws SQLException {
        if (gap != null && gap.sessions.add(origin.session()) && view.lacksEntriesBefore(origin)) {
            throw new UnusableTopicException(
                    "The topic " + record.topic() + " lacks the entries from offset " + gap.from
                            + " to " + (gap.to - 1) + ", as after a compaction: start from a back-up of a replica that"
                            + " has applied them, and keep all entries with "
                            + TopicSettings.command(
                                    record.topic(), "cleanup.policy=delete,retention.ms=-1,retention.bytes=-1"));
        }
    }

    /**
     * Refuses an entry of another log.
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
                    + " to begin with a genesis, but at offset " + record.offset() + " there is an entry of the log "
                    + found.logId() + ": its replicas have written to a topic that was made anew. Stop them all,"
                    + " delete the topic and make it anew");
        }
        if (!found.logId().equals(logId)) {
            throw new UnusableTopicException("Expected entries of the log " + logId + " in the topic " + record.topic()
                    + ", but at offset " + record.offset() + " there is one of the log " + found.logId()
                    + ": its replicas write to this topic, too, as when it was made anew while they ran. Stop them all."
                    + " If this is the topic that was made anew, delete it and make it once more");
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
        transactions++;
        if (metrics.foreign() == 1) {
            log.warn(
                    "The topic {} has a record at offset {} that is no entry: it is skipped, as are all others. Keep"
                            + " other programs from writing to the topic",
                    record.topic(),
                    record.offset());
        }
    }

    /**
     * Removes what is too old by the log's time, so that all replicas keep the same. A log's time that is more than a
     * day ahead of this machine's does not count: a broker's clock may have been far ahead for a moment.
     */
    void prune(boolean idle) throws SQLException, IOException {
        LogView view = replica.get();
        if (retention.isOn() && !view.isImporting()) {
            long latest = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + TimeUnit.DAYS.toNanos(1);
            long keptFrom = Math.min(view.lastRecordedAt(), latest) - TimeUnit.NANOSECONDS.convert(retention.maxAge());
            long most = idle ? PRUNED_WHILE_IDLE : 2 * appended;
            view.prune(retention, keptFrom, removed -> removed < most);
            appended = 0;
        }
    }

    /** Throws the view away; the topic has to be read from its beginning. */
    void rebuild(Exception damage) throws SQLException, IOException {
        log.error("The view is damaged: it is built again from the topic, as for an empty disk", damage);
        metrics.rebuilt();
        sender.restart("The replica builds its view again");
        log.warn("The damaged view is kept as {}", replica.rebuild());
    }
}
