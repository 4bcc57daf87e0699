package dev.waystate.cli.append;

import dev.waystate.cli.output.InputException;
import dev.waystate.proto.v1.Report;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads reports ahead on a thread of its own: those of a slow pipe are there one by one, those of a file by the hundred,
 * and a connection can be watched meanwhile. The thread also closes what it reads, since it may be held up in it.
 */
public final class ReportFeed implements AutoCloseable {

    private static final int MAX_BYTES_AHEAD = 4 * 1024 * 1024;

    /** What a report takes in memory, besides its text. */
    private static final int OVERHEAD = 200;

    private final Queue<Report> ahead = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(MAX_BYTES_AHEAD);
    private final Stream<Report> reports;
    private final Thread reader = new Thread(this::read, "report-feed");
    private volatile Runnable onNews = () -> {};
    private volatile @Nullable InputException failure = new InputException("The input was not read to its end.");
    private volatile boolean ended;

    private ReportFeed(Stream<Report> reports) {
        this.reports = reports;
        reader.setDaemon(true); // standard input may never come back
    }

    /** Begins to read; the feed owns the stream. */
    public static ReportFeed start(Stream<Report> reports) {
        ReportFeed feed = new ReportFeed(reports);
        feed.reader.start();
        return feed;
    }

    /** Has a listener run after each report that has come, and at the end, in place of the one before. */
    void onNews(Runnable listener) {
        onNews = listener;
    }

    /** Returns the next report if it is there, and leaves it. */
    @Nullable
    Report peek() {
        return ahead.peek();
    }

    void remove() {
        room.release(size(ahead.remove()));
    }

    /** Tells whether there is no report left, and none to come. */
    boolean isAtEnd() {
        return ended && ahead.isEmpty(); // in this order: the last report is there before the end is
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
        try (reports) {
            Iterator<Report> rest = reports.iterator();
            while (rest.hasNext()) {
                Report report = rest.next();
                room.acquire(size(report));
                ahead.add(report);
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

    private static int size(Report report) {
        return OVERHEAD + report.getSerializedSize();
    }

    /** Stops reading. */
    @Override
    public void close() {
        reader.interrupt();
    }
}
