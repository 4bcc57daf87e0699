package dev.waystate.cli.input;

import com.google.protobuf.MessageLite;
import dev.waystate.text.InputException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages ahead on a thread of its own, so that a connection can be watched meanwhile. Messages of a slow pipe
 * come one by one, those of a file by the hundred. The thread also closes what it reads, since it may be blocked in it.
 */
public final class Feed<T extends MessageLite> implements AutoCloseable {

    private static final int MAX_BYTES_AHEAD = 4 * 1024 * 1024;

    /** The bytes that a message takes in memory, besides its text. */
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

    /** Sets the listener that runs after each message that has come, and at the end. It replaces the one before. */
    public void onNews(Runnable listener) {
        onNews = listener;
    }

    /**
     * Waits for the first message, or for the end.
     *
     * @throws InputException if the first line is bad
     */
    public void awaitFirst() throws InterruptedException {
        CountDownLatch news = new CountDownLatch(1);
        onNews(news::countDown);
        if (peek() == null && !isAtEnd()) {
            news.await();
        }
        if (isAtEnd()) {
            checkEnd();
        }
    }

    /** Returns the next message without removing it; null if none has come. */
    public @Nullable T peek() {
        return ahead.peek();
    }

    public void remove() {
        room.release(size(ahead.remove()));
    }

    /** Returns whether no message is left, and none will come. */
    public boolean isAtEnd() {
        return ended && ahead.isEmpty(); // in this order: the last message is there before the end is
    }

    /**
     * Checks, at the end, that the input was read to its end.
     *
     * @throws InputException if a line was bad, or the input could not be read any further
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
            failure = null; // set here alone: every other end is a failure, even if no memory is left to note it
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
