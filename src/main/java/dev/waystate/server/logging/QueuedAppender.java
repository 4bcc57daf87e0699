package dev.waystate.server.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.BufferedOutputStream;
import java.io.IOException;

/**
 * Puts the console or the file of the log behind a queue: a terminal, pipe or disk that does not take its lines must not
 * hold up the threads that log. A full queue drops lines. Its last 1,000 places are for warnings and errors, which no
 * number of other lines can fill. While further lines wait in the queue, those before them wait in a buffer, and all go
 * out in one write; a line that no other follows goes out at once. The end waits up to 5 seconds for the lines that are
 * still queued, and closes the console or file after the last one.
 */
public final class QueuedAppender extends AsyncAppender {

    private static final int QUEUE_SIZE = 11_000;
    private static final int KEPT_FOR_WARNINGS = 1_000;
    private static final int LAST_LINES_MILLIS = 5_000;
    private static final int BUFFER_BYTES = 64 * 1024;

    public QueuedAppender() {
        setQueueSize(QUEUE_SIZE);
        setDiscardingThreshold(KEPT_FOR_WARNINGS + 1); // with fewer left it discards
        setNeverBlock(true);
        setMaxFlushTime(LAST_LINES_MILLIS);
    }

    /** Sets the console or file, which is started already. */
    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        super.addAppender(
                appender instanceof OutputStreamAppender<ILoggingEvent> lines ? new BufferedLines(lines) : appender);
    }

    /** Flushes after the line that no other follows. Used by the queue's thread alone. */
    private final class BufferedLines extends UnsynchronizedAppenderBase<ILoggingEvent> {

        private final OutputStreamAppender<ILoggingEvent> lines;

        BufferedLines(OutputStreamAppender<ILoggingEvent> lines) {
            this.lines = lines;
            setName(lines.getName());
            setContext(lines.getContext());
            lines.setImmediateFlush(false);
            if (lines instanceof ConsoleAppender) { // a file has a buffer of its own
                lines.setOutputStream(new BufferedOutputStream(lines.getOutputStream(), BUFFER_BYTES));
            }
            start();
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.doAppend(event); // may be denied by a filter, and still be the one that others wait for
            if (getNumberOfElementsInQueue() == 0 && lines.isStarted()) {
                flush();
            }
        }

        private void flush() {
            try {
                lines.getOutputStream().flush();
            } catch (IOException problem) {
                addError("Expected the log to take its lines, but it does not", problem);
            }
        }

        @Override
        public void stop() {
            lines.stop();
            super.stop();
        }
    }
}
