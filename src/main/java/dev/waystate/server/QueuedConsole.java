package dev.waystate.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;

/**
 * The console of the log behind a queue of it. While the queue has lines that will come here, those that are here wait
 * for them, up to 64 KiB, and all go out in one write; a line that no other follows goes out at once.
 */
public class QueuedConsole extends ConsoleAppender<ILoggingEvent> {

    private static final int BUFFER_BYTES = 64 * 1024;

    private String queue = "";

    public QueuedConsole() {
        setImmediateFlush(false);
    }

    /** Sets the name of the queue, an {@link AsyncAppender} of the root logger. */
    public void setQueue(String name) {
        queue = name;
    }

    @Override
    public void setOutputStream(OutputStream console) {
        super.setOutputStream(new BufferedOutputStream(console, BUFFER_BYTES));
    }

    /** Looks at the queue after each event, also one that a filter denies: it may be the one that others wait for. */
    @Override
    public void doAppend(ILoggingEvent event) {
        super.doAppend(event);
        if (isQueueEmpty()) {
            flush();
        }
    }

    private boolean isQueueEmpty() {
        Appender<ILoggingEvent> found = ((LoggerContext) getContext())
                .getLogger(Logger.ROOT_LOGGER_NAME)
                .getAppender(queue);
        return !(found instanceof AsyncAppender lines) || lines.getNumberOfElementsInQueue() == 0;
    }

    private void flush() {
        streamWriteLock.lock();
        try {
            getOutputStream().flush();
        } catch (IOException problem) {
            addError("The console does not take its lines", problem);
        } finally {
            streamWriteLock.unlock();
        }
    }
}
