package dev.waystate.statelog.kafka;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.EntryQueue;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.HeadListeners;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.Timestamps;
import dev.waystate.statelog.view.ViewedStateLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The state log in a topic, of which this process has a view of its own. What is appended goes into the topic, and is
 * settled when the view has applied it.
 */
final class ReplicatedStateLog extends ViewedStateLog implements AutoCloseable {

    private static final Duration MOST_CATCHING_UP = Duration.ofSeconds(30);

    private final ReplicaView replica;
    private final EntryQueue queue;
    private final EntrySender sender;
    private final TopicReader reader;
    private final Arrivals arrivals;
    private final KafkaClients clients;
    private final TopicClient topic;
    private final LogMetrics metrics;

    private ReplicatedStateLog(
            HeadListeners listeners,
            ReplicaView replica,
            EntryQueue queue,
            EntrySender sender,
            TopicReader reader,
            Arrivals arrivals,
            KafkaClients clients,
            TopicClient topic,
            LogMetrics metrics) {
        super(listeners);
        this.metrics = metrics;
        this.replica = replica;
        this.queue = queue;
        this.sender = sender;
        this.reader = reader;
        this.arrivals = arrivals;
        this.clients = clients;
        this.topic = topic;
    }

    /**
     * Opens the view, and begins to follow the topic; does not wait for Kafka.
     *
     * @throws dev.waystate.statelog.file.UnusableFileException if the file is no view that this process can have
     */
    static ReplicatedStateLog open(
            StoreProperties store,
            ReplicationProperties replication,
            KafkaClients clients,
            LogHealth health,
            ReplicationMetrics metrics)
            throws SQLException {
        ReplicaView replica = ReplicaView.open(store, metrics.log());
        EntryQueue queue = new EntryQueue();
        metrics.log().observe(queue);
        Unsettled unsettled = new Unsettled(metrics, System::nanoTime);
        HeadListeners listeners = new HeadListeners();
        Arrivals arrivals = new Arrivals(MOST_CATCHING_UP);
        Lag lag = new Lag(Clock.systemUTC(), replication.maxLag(), health, metrics);
        lag.applied(TimeUnit.NANOSECONDS.toMillis(replica.get().lastRecordedAt()));
        TopicClient topic = new TopicClient(clients::admin, replication.topic());
        TopicWatch watch = new TopicWatch(
                topic,
                new TopicCheck(topic, clients.largestEntry()),
                replication.createReplicas(),
                clients.largestEntry());
        EntrySender sender = new EntrySender(
                queue, unsettled, clients, replication.topic(), replica::id, metrics, lag::caughtUp, health);
        EntryApplier applier = new EntryApplier(replica, unsettled, sender, store.retention(), listeners, metrics);
        TopicReader reader = new TopicReader(
                replica, clients, watch, new TopicPartition(replication.topic(), 0), applier, arrivals, lag, health);
        sender.start();
        reader.start();
        return new ReplicatedStateLog(
                listeners, replica, queue, sender, reader, arrivals, clients, topic, metrics.log());
    }

    /**
     * Adds a batch. A batch without numbers that does not fit into an entry becomes several, which keep their order.
     */
    @Override
    public CompletionStage<Appended> append(Batch batch) {
        if (batch.firstSequence() != Batch.UNNUMBERED) {
            return metrics.countRefusal(queue.add(batch));
        }
        return queue.addAll(split(batch)).stream()
                .map(metrics::countRefusal)
                .reduce((before, next) -> before.thenCombine(next, (stored, last) -> last))
                .orElseThrow();
    }

    /** Splits a batch without numbers into parts that fit into an entry each. */
    private List<Batch> split(Batch batch) {
        List<Batch> parts = new ArrayList<>();
        List<Report> part = new ArrayList<>();
        long bytes = 0;
        for (Report report : batch.reports()) {
            bytes += EntryCodec.mostBytes(report);
            if (bytes > clients.largestEntry() && !part.isEmpty()) {
                parts.add(new Batch(batch.source(), batch.claim(), Batch.UNNUMBERED, part));
                part = new ArrayList<>();
                bytes = EntryCodec.mostBytes(report);
            }
            part.add(report);
        }
        parts.add(new Batch(batch.source(), batch.claim(), Batch.UNNUMBERED, part));
        return parts;
    }

    @Override
    public Claim claim(String source) {
        return queue.claim(source);
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        return end().exceptionallyCompose(problem -> CompletableFuture.failedFuture(
                        new LogUnavailableException("Kafka does not answer: where the log ends is not known", problem)))
                .thenCompose(arrivals::at);
    }

    private CompletionStage<Long> end() {
        try {
            return topic.end().toCompletionStage();
        } catch (KafkaException noClient) {
            return CompletableFuture.failedFuture(noClient);
        }
    }

    @Override
    public String id() {
        return replica.id();
    }

    /** Returns the time of this machine; that of the newest record if the brokers' clocks have put it ahead. */
    @Override
    public Instant now() {
        Instant here = Instant.now();
        Instant recorded = Timestamps.fromNanos(replica.get().lastRecordedAt());
        return here.isAfter(recorded) ? here : recorded;
    }

    @Override
    protected LogView view() {
        return replica.whole();
    }

    /** Reads from the view. If it is damaged, it is built again, since the topic is whole. */
    @Override
    protected <T> T look(Function<LogView, T> reading) {
        LogView view = view();
        try {
            return reading.apply(view);
        } catch (DamagedRecordException damage) {
            if (reader.isRebuiltFor(damage, view)) {
                throw new LogUnavailableException("The replica builds its view from the topic", damage);
            }
            throw damage;
        }
    }

    /** Waits for what was appended, for a few seconds at most, and closes the view. */
    @Override
    public void close() {
        try {
            sender.close();
            reader.close();
            clients.close();
            replica.get().close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (SQLException | IOException problem) {
            throw new UncheckedIOException(new IOException("Cannot close the view of the log", problem));
        }
    }
}
