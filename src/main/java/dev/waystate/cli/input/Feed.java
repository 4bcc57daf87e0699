package dev.waystate.cli.input;

import com.google.protobuf.MessageLite;
import dev.waystate.text.InputException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages ahead on a thread of its own: those of a slow pipe are there one by one, those of a file by the hundred,
 * and a connection can be watched meanwhile. The thread also closes what it reads, since it may be held up in it.
 */
public final class Feed<T extends MessageLite> implements AutoCloseable {

    private static final int MAX_BYTES_AHEAD = 4 * 1024 * 1024;

    /** What a message takes in memory, besides its text. */
    private static final int OVERHEAD = 200;

    private final Queue<T> ahead = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(MAX_BYTES_AHEAD);
    private final Stream<T> messages;
    private final Thread reader = new Thread(this::read, "feed");
    private volatile Runnable onNews = () -> {};
    private volatile @Nullable InputException failure = new InputException("The input was not read to its end.");
    private volatile boolean ended;

    private Feed(Stream<T> messages) {
        this.messages = messages;
        reader.setDaemon(true); // standard input may never come back
    }

    /** Begins to read; the feed owns the stream. */
    public static <T extends MessageLite> Feed<T> start(Stream<T> messages) {
        Feed<T> feed = new Feed<>(messages);
        feed.reader.start();
        return feed;
    }

    /** Has a listener run after each message that has come, and at the end, in place of the one before. */
    public void onNews(Runnable listener) {
        onNews = listener;
    }

    /** Returns the next message if it is there, and leaves it. */
    public @Nullable T peek() {
        return ahead.peek();
    }

    public void remove() {
        room.release(size(ahead.remove()));
    }

    /** Tells whether there is no message left, and none to come. */
    public boolean isAtEnd() {
        return ended && ahead.isEmpty(); // in this order: the last message is there before the end is
    }

    /**
     * Tells, at the end, whether it is the end of the input.
     *
     * @throws InputException if it is a bad line, or nothing can be read any more
     */
    public void checkEnd() {
        if (failure != null) {
            throw failure;
        }
    }

    private void read() {
        try (messages) {
            Iterator<T> rest = messages.iterator();
            while (rest.hasNext()) {
                T next = rest.next();
                room.acquire(size(next));
                ahead.add(next);
                onNews.run();
            }
            failure = null; // nothing else is the end of the input, even if there is no memory to say so
        } catch (InputException bad) {
            failure = bad;
        } catch (Throwable unexpected) {
            failure = new InputException("The input cannot be read any further: " + unexpected, unexpected);
        } finally {
            ended = true;
            onNews.run();
        }
    }

    private static int size(MessageLite message) {
        return OVERHEAD + message.getSerializedSize();
    }

    /** Stops reading. */
    @Override
    public void close() {
        reader.interrupt();
    }
}
