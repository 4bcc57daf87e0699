package dev.waystate.console.live;

import dev.waystate.console.Problem;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateLog;
import io.grpc.Status;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the log once for all pages, while there is one. The records since the last tick become one frame, which all
 * pages get. A page that does not read holds up no other. When it reads again, it goes on with the frames that are
 * kept, gets one frame with all that it missed, or is told to load everything again.
 *
 * <p>The memory of all pages together is bounded: the frames that are kept, frames that are kept no longer but are
 * under way, and a chunk of a frame for each page.
 */
final class FrameHub {

    static final Duration TICK = Duration.ofMillis(250);

    /** How long a page hears nothing while there is no news. */
    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** Each stream has a connection, and Tomcat's buffers for it. */
    static final int MAX_STREAMS = 200;

    /** No caller can take all places. Half of them is room for readers who come through one proxy. */
    static final int MAX_STREAMS_PER_CALLER = MAX_STREAMS / 2;

    /** How many records a page can miss and still get in one frame. A tick reads as many in passing. */
    static final int MAX_MISSED_RECORDS = 20_000;

    /** How many records the hub may be behind before it leaves some out. It reads as many in less than a second. */
    static final int MAX_LAG_RECORDS = 200_000;

    /** Frames for about 10 seconds at 1,000 reports a second. */
    private static final int KEPT_BYTES = 4 * 1024 * 1024;

    /** Frames that are kept no longer, but are under way to slow pages. */
    private static final int OVERDUE_BYTES = 4 * 1024 * 1024;

    /** The most bytes of frames and pages in memory, without Tomcat's buffers. */
    static final int MAX_BYTES = KEPT_BYTES + OVERDUE_BYTES + MAX_STREAMS * FrameStream.CHUNK_BYTES;

    /** How long the log is left alone after it could not be read. */
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private static final Status STOPPING = Status.UNAVAILABLE.withDescription("The server is stopping");
    private static final Status TOO_SLOW = Status.RESOURCE_EXHAUSTED.withDescription("The page takes too little");

    private final StateLog log;
    private final Function<Throwable, Problem> problems;
    private final LongSupplier nanoTime;
    private final @Nullable String version;
    private final FrameReader reader;
    private final FrameRing frames = new FrameRing(KEPT_BYTES);
    private final List<FrameStream> streams = new CopyOnWriteArrayList<>();
    private boolean closed;

    // Used by one tick at a time.
    private boolean following;
    private long position;
    private boolean missedRead;
    private volatile long overdueBytes;

    /** When the log could not be read, by {@link #nanoTime}; null if it could be read last. */
    private @Nullable Long failedAt;

    /**
     * @param problems says what pages are told of an exception
     * @param nanoTime a clock as {@link System#nanoTime} is one
     * @param version of the server; null if it is not known
     */
    FrameHub(StateLog log, Function<Throwable, Problem> problems, LongSupplier nanoTime, @Nullable String version) {
        this.log = log;
        this.problems = problems;
        this.nanoTime = nanoTime;
        this.version = version;
        this.reader = new FrameReader(log, problems);
    }

    /** Returns the frames that the streams are to take. */
    FrameRing frames() {
        return frames;
    }

    /** Adds a stream, which begins at the next tick. Returns null, or the reason why there is no place for it. */
    synchronized @Nullable Status add(FrameStream stream) {
        if (closed) {
            return STOPPING;
        }
        if (streams.size() >= MAX_STREAMS) {
            return Status.UNAVAILABLE.withDescription(
                    "There are " + MAX_STREAMS + " streams, as many as there may be: try again later");
        }
        long own = streams.stream()
                .filter(other -> other.client().equals(stream.client()))
                .count();
        if (own >= MAX_STREAMS_PER_CALLER) {
            return Status.RESOURCE_EXHAUSTED.withDescription(
                    "The caller has " + MAX_STREAMS_PER_CALLER + " streams, as many as one may have: try again later");
        }
        streams.add(stream);
        return null;
    }

    int streams() {
        return streams.size();
    }

    /** Returns how many streams have something to send that their pages do not take. */
    long busyStreams() {
        return streams.stream().filter(stream -> !stream.isIdle()).count();
    }

    /** Returns how many bytes of frames are kept or under way. */
    long bytes() {
        return frames.bytes() + overdueBytes;
    }

    /** Ends all streams, and takes no more. Does not block. */
    synchronized void close() {
        closed = true;
        streams.forEach(stream -> stream.end(LiveEvents.BYE, STOPPING));
    }

    /** Does what is due. For one thread at a time. May block while it reads the log. */
    void tick() {
        streams.removeIf(FrameStream::hasEnded);
        if (streams.isEmpty()) {
            following = false;
            frames.clear();
            return;
        }
        long now = nanoTime.getAsLong();
        streams.forEach(this::endIfDenied);
        if (failedAt == null || now - failedAt >= RETRY_DELAY.toNanos()) {
            try {
                follow();
                missedRead = false;
                streams.forEach(this::attend);
                failedAt = null;
            } catch (RuntimeException unreadable) {
                failedAt = now;
                byte[] error = error(unreadable);
                streams.forEach(stream -> stream.offer(error));
            }
        }
        beat();
        breakOffOverdue();
    }

    private void endIfDenied(FrameStream stream) {
        Status denial = stream.denial();
        if (denial != null) {
            stream.end(LiveEvents.error(Problem.of(denial).members()), denial);
        }
    }

    /** Makes frames of what was recorded up to now. */
    private void follow() {
        long head = log.head();
        if (!following || head - position > MAX_LAG_RECORDS) {
            following = true;
            position = head;
        }
        try {
            while (position < head) {
                Frame frame = reader.read(position, head);
                add(frame);
                position = frame.position();
            }
        } catch (PrunedPositionException overtaken) {
            position = overtaken.earliest() - 1;
        } catch (DamagedRecordException damaged) {
            Frame notice = reader.notice(position, damaged);
            add(notice);
            position = notice.position();
        }
    }

    private void add(Frame frame) {
        frames.add(frame);
        streams.forEach(FrameStream::write);
    }

    /** Helps a stream that cannot go on with the frames that are kept. */
    private void attend(FrameStream stream) {
        if (!stream.isIdle()) {
            return;
        }
        if (!stream.hasBegun()) {
            begin(stream);
        } else if (stream.position() > position) {
            awaitLogEnd(stream);
        } else if (stream.position() < position && frames.after(stream.position()) == null) {
            sendMissed(stream);
        }
    }

    private void begin(FrameStream stream) {
        StreamStart start = stream.start();
        byte[] hello = LiveEvents.hello(log.id(), position, log.earliest(), log.now(), version);
        stream.begin(hello, Objects.requireNonNullElse(start.after(), position));
        if (start.logId() != null && !start.logId().equalsIgnoreCase(log.id())) {
            reset(stream, ResetReason.LOG_CHANGED);
        } else if (stream.position() > position) {
            log.caughtUp().whenComplete((caughtUp, unknown) -> {
                if (unknown == null) {
                    stream.logEndIsKnown();
                } else {
                    Problem problem = problems.apply(unknown);
                    stream.end(
                            LiveEvents.error(problem.members()), problem.code().toStatus());
                }
            });
        }
    }

    /**
     * Resets a stream whose position the log does not have. This replica may only lag behind the one that the page was
     * with, so this waits until the end of the log is known.
     */
    private void awaitLogEnd(FrameStream stream) {
        if (stream.isLogEndKnown() && stream.position() > log.head()) {
            reset(stream, ResetReason.BEYOND_HEAD);
        }
    }

    /** Reads what a stream has missed, for one stream a tick. Others that have missed the same get the same frame. */
    private void sendMissed(FrameStream stream) {
        long after = stream.position();
        if (position - after > MAX_MISSED_RECORDS || after < log.earliest() - 1) {
            reset(stream, ResetReason.TOO_OLD);
        } else if (!missedRead) {
            missedRead = true;
            try {
                frames.add(reader.read(after, position));
                stream.write();
            } catch (DamagedRecordException damaged) {
                frames.add(reader.notice(after, damaged));
                stream.write();
            } catch (PrunedPositionException overtaken) {
                reset(stream, ResetReason.TOO_OLD);
            }
        }
    }

    private void reset(FrameStream stream, ResetReason reason) {
        stream.goOn(LiveEvents.reset(reason, log.id(), position), position);
    }

    private void beat() {
        byte[] heartbeat = LiveEvents.heartbeat(position, log.now());
        long now = nanoTime.getAsLong();
        for (FrameStream stream : streams) {
            boolean upToDate = stream.hasBegun() && stream.position() == position;
            stream.beat(upToDate ? heartbeat : LiveEvents.SIGN_OF_LIFE, now);
        }
    }

    /** Ends the slowest streams while frames that are kept no longer take too much memory. */
    private void breakOffOverdue() {
        Set<Frame> overdue = new HashSet<>();
        long bytes = 0;
        List<FrameStream> newestFirst = streams.stream()
                .filter(stream -> stream.frameUnderWay() != null)
                .sorted(Comparator.comparingLong(FrameStream::position).reversed())
                .toList();
        for (FrameStream stream : newestFirst) {
            Frame frame = stream.frameUnderWay();
            if (frame != null && !frames.contains(frame) && overdue.add(frame)) {
                bytes += frame.bytes().length;
            }
            if (bytes > OVERDUE_BYTES) {
                stream.breakOff(TOO_SLOW);
            }
        }
        overdueBytes = Math.min(bytes, OVERDUE_BYTES);
    }

    private byte[] error(Throwable thrown) {
        return LiveEvents.error(problems.apply(thrown).members());
    }
}
