package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.EntryQueue;
import dev.waystate.statelog.entry.EntryQueue.Made;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.operation.LogHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that sends. What becomes of an entry is known only when it has been applied. A send that fails says
 * nothing of that, so all unsettled entries are sent again, by another producer and in the same order. Applying drops
 * those that were in the topic already.
 *
 * <p>When the oldest entry has not been settled for 4 seconds, all are given up, and so is the session: whether they
 * are part of the log is not known then. Until an entry of the next session has come through, appends are refused at
 * once. The same holds at the start.
 */
final class EntrySender {

    private static final Logger log = LoggerFactory.getLogger(EntrySender.class);

    private static final long PAUSE_MILLIS = 50;
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(4_000);
    private static final long KEEP_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final long RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** The least time between two warnings. Messages with numbers in them would fill the log otherwise. */
    private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final EntryQueue queue;
    private final Unsettled unsettled;
    private final KafkaClients clients;
    private final String topic;
    private final Supplier<String> logId;
    private final ReplicationMetrics metrics;
    private final Runnable onCaughtUp;
    private final LogHealth health;
    private final Thread thread = new Thread(this::run, "state-log-sender");

    /** Whether a send has failed. Set by a producer's thread. */
    private volatile boolean failed;

    /** Set by the sender's thread alone. */
    private volatile @Nullable Producer<byte[], byte[]> producer;

    /** Set by the applier when it knows how the session is to begin. */
    private volatile @Nullable Entry first;

    /** Set by the applier when it has to begin anew. */
    private final AtomicReference<@Nullable String> restart = new AtomicReference<>();

    private volatile boolean suspended = true;

    private volatile boolean closed;
    private volatile long closedAt;

    // Used by the sender's thread alone; renewed and asked under this.
    private final Session session = new Session();
    private long producerSince;

    /** Whether the producer knows where the topic is: before that it has sent nothing. */
    private boolean connected;

    private int producerGeneration;
    private long madeAt = System.nanoTime();
    private @Nullable String warnedOf;
    private long warnedAt = System.nanoTime() - WARN_NANOS;

    EntrySender(
            EntryQueue queue,
            Unsettled unsettled,
            KafkaClients clients,
            String topic,
            Supplier<String> logId,
            ReplicationMetrics metrics,
            Runnable onCaughtUp,
            LogHealth health) {
        this.queue = queue;
        this.unsettled = unsettled;
        this.clients = clients;
        this.topic = topic;
        this.logId = logId;
        this.metrics = metrics;
        this.onCaughtUp = onCaughtUp;
        this.health = health;
        queue.suspend(new LogUnavailableException(
                "The replica has not caught up with the topic yet: nothing was stored", null));
    }

    void start() {
        thread.start();
    }

    /**
     * Sets the entry with which the session begins. When that has been applied, so has everything that was in the topic
     * before.
     *
     * @param entry null if the session cannot begin yet
     */
    void begin(@Nullable Entry entry) {
        first = entry;
    }

    /**
     * Gives up unsettled entries. Refuses further ones until {@link #begin} is called and the view has caught up.
     *
     * @param reason why, as the beginning of a sentence
     */
    void restart(String reason) {
        first = null;
        restart.set(reason);
    }

    /** Takes no more, and waits for a few seconds at most until what was appended is settled. */
    void close() throws InterruptedException {
        queue.close();
        closedAt = System.nanoTime();
        closed = true;
        thread.join();
    }

    private void run() {
        try {
            List<Made> group = new ArrayList<>();
            boolean more = true;
            while (!closed || isWorthWaiting(more)) {
                group.clear();
                if (unsettled.awaitRoom(PAUSE_MILLIS) > 0) {
                    more &= queue.take(group, session, PAUSE_MILLIS, this::add);
                }
                keepSession(group);
                if (!failed && producerGeneration == clients.generation()) {
                    sendAll(group);
                } else {
                    sendAgain();
                }
                giveUpWhatStalls();
                Entry probe = first;
                if (!closed && suspended && unsettled.isEmpty() && probe != null) {
                    probe(probe);
                }
            }
            refuse("The server is stopping", null, unsettled.clear());
        } catch (Throwable problem) {
            try {
                queue.fail(unsettled.clear());
            } finally {
                health.failed(problem);
                log.error("The sender of the state log has failed: nothing more is acknowledged", problem);
            }
        } finally {
            closeProducer();
        }
    }

    /** Adds an entry that will be sent. Returns whether there is room for more. */
    private boolean add(Made made) {
        return unsettled.add(made, EntryCodec.mostBytes(made.entry()));
    }

    /** @param more whether the queue may have more */
    private boolean isWorthWaiting(boolean more) {
        return (more || !unsettled.isEmpty() && !suspended) && System.nanoTime() - closedAt < SETTLE_NANOS;
    }

    /** Sends an entry without effect once a day, since a session without an entry for a week is forgotten. */
    private void keepSession(List<Made> group) {
        if (!group.isEmpty()) {
            madeAt = System.nanoTime();
        } else if (!suspended && System.nanoTime() - madeAt > KEEP_NANOS) {
            Made barrier = new Made(session.next(), Entry.BARRIER);
            add(barrier);
            group.add(barrier);
            madeAt = System.nanoTime();
        }
    }

    /**
     * Sends entries until the first failure. Each send may wait for brokers that are not there, and all will be sent
     * again.
     */
    private void sendAll(List<Made> entries) {
        for (Made made : entries) {
            if (failed) {
                return;
            }
            send(made);
        }
    }

    private void send(Made made) {
        try {
            Producer<byte[], byte[]> sending = connect();
            String log = made.entry() instanceof Entry.Genesis genesis ? genesis.logId() : logId.get();
            sending.send(EntryCodec.encode(topic, log, made.origin(), made.entry()), (metadata, problem) -> {
                if (problem == null) {
                    unsettled.inTopic(made.origin(), metadata.hasOffset() ? metadata.offset() : Long.MAX_VALUE);
                } else if (sending == producer) {
                    fail(problem);
                }
            });
        } catch (KafkaException | IllegalStateException problem) {
            fail(problem);
        }
    }

    private void fail(Exception problem) {
        unsettled.failed(problem);
        failed = true;
    }

    /**
     * Returns a producer that knows the topic. Waits for the brokers for half a second at most. If that is too short,
     * the next call goes on waiting.
     */
    private Producer<byte[], byte[]> connect() {
        Producer<byte[], byte[]> connecting = producer;
        if (connecting == null) {
            producerGeneration = clients.generation();
            connecting = clients.newProducer();
            producer = connecting;
            producerSince = System.nanoTime();
        }
        if (!connected) {
            connecting.partitionsFor(topic);
            connected = true;
        }
        return connecting;
    }

    private void sendAgain() {
        if (System.nanoTime() - producerSince < RESEND_NANOS) {
            return;
        }
        log.debug("Entries may not have been stored: all that are unsettled are sent again", unsettled.failure());
        metrics.sentAgain(unsettled.size());
        endSends();
        producerSince = System.nanoTime();
        producerGeneration = clients.generation();
        sendAll(unsettled.all());
    }

    /**
     * Makes all sends fail that are not done. A producer that has not come to the brokers yet stays, and goes on
     * connecting.
     */
    private void endSends() {
        if (connected || producerGeneration != clients.generation()) {
            closeProducer();
        }
        failed = false;
    }

    /** Closes the producer on a thread that may wait for brokers that are not there. */
    private void closeProducer() {
        Producer<byte[], byte[]> closing = producer;
        if (closing != null) {
            producer = null;
            connected = false;
            Thread closer = new Thread(() -> closing.close(Duration.ZERO), "state-log-producer-closing");
            closer.setDaemon(true);
            closer.start();
        }
    }

    private void giveUpWhatStalls() {
        String reason = restart.getAndSet(null);
        if (reason != null) {
            giveUp(reason, null);
        } else if (unsettled.isStalled(SETTLE_NANOS)) {
            giveUp("Kafka has not settled an entry for 4 seconds", unsettled.failure());
        }
    }

    private void giveUp(String why, @Nullable Exception cause) {
        synchronized (this) {
            warn(cause == null ? why : why + ", and the last send failed: " + cause.getMessage());
            suspended = true;
            session.renew();
        }
        endSends();
        List<Made> unknown = unsettled.clear();
        metrics.givenUp(unknown.size());
        refuse(why, cause, unknown);
    }

    /**
     * Refuses entries that were sent, and then what waits behind them: of one stream's batches, the first one that fails
     * says what its client is told.
     */
    private void refuse(String why, @Nullable Exception cause, List<Made> unknown) {
        LogUnavailableException reason =
                new LogUnavailableException(why + ": whether the reports are stored is not known", cause);
        unknown.forEach(made -> made.result().completeExceptionally(reason));
        queue.suspend(new LogUnavailableException(why + ": nothing was stored", null));
    }

    /** Says why appends are refused, and again when it is for another reason. */
    private void warn(String why) {
        if (!suspended || !why.equals(warnedOf) && System.nanoTime() - warnedAt > WARN_NANOS) {
            warnedOf = why;
            warnedAt = System.nanoTime();
            log.warn("Appends are refused until the replica is part of the log again: {}", why);
        }
    }

    /** Sends an entry to find out whether entries come through. It is behind everything that was in the topic. */
    private void probe(Entry entry) {
        Made made = new Made(session.next(), entry);
        made.result().thenRun(() -> resume(made.origin()));
        add(made);
        send(made);
    }

    private synchronized void resume(Origin probe) {
        if (!session.made(probe)) {
            return; // it came through after it was given up
        }
        log.info("The replica is part of the log: appends are taken");
        suspended = false;
        queue.resume();
        onCaughtUp.run();
    }
}
