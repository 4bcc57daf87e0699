package dev.waystate.cli.append;

import dev.waystate.cli.input.ReportSource;
import dev.waystate.cli.output.InputException;
import dev.waystate.proto.v1.Report;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads reports ahead on a thread of its own: those of a slow pipe are there one by one, those of a file by the hundred,
 * and a connection can be watched meanwhile. The thread also closes what it reads, since it may be held up in it.
 */
public final class ReportFeed implements AutoCloseable {

    private static final int MAX_AHEAD = 2_000;

    private final BlockingQueue<Report> ahead = new ArrayBlockingQueue<>(MAX_AHEAD);
    private final ReportSource<Report> source;
    private final Thread reader = new Thread(this::read, "report-feed");
    private volatile Runnable onNews = () -> {};
    private volatile @Nullable RuntimeException failure;
    private volatile boolean ended;

    private ReportFeed(ReportSource<Report> source) {
        this.source = source;
        reader.setDaemon(true); // standard input may never come back
    }

    /** Begins to read; the feed owns the source. */
    public static ReportFeed start(ReportSource<Report> source) {
        ReportFeed feed = new ReportFeed(source);
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
        ahead.remove();
    }

    /** Tells whether there is no report left, and none to come. */
    boolean isAtEnd() {
        return ended && ahead.isEmpty(); // in this order: the last report is there before the end is
    }

    /**
     * Tells, at the end, whether it is the end of the input.
     *
     * @throws InputException if it is a bad line
     */
    public void checkEnd() {
        if (failure != null) {
            throw failure;
        }
    }

    private void read() {
        try (source) {
            Report report;
            while ((report = source.next()) != null) {
                ahead.put(report);
                onNews.run();
            }
        } catch (RuntimeException bad) {
            failure = bad;
        } catch (IOException | InterruptedException closed) {
            // all was read, or nobody wants the rest
        } finally {
            ended = true;
            onNews.run();
        }
    }

    /** Stops reading. */
    @Override
    public void close() {
        reader.interrupt();
    }
}
