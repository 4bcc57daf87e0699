package dev.waystate.server.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.lang.Thread.UncaughtExceptionHandler;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

/**
 * Notices in any thread that memory has run out, and ends the process. A thread that an OutOfMemoryError has passed
 * through may have left its work half done, so that nothing the process does can be relied on.
 *
 * <p>The JVM's own flag ExitOnOutOfMemoryError does the same. But it is not set wherever the jar is started, and knows
 * nothing of direct memory. This class watches three things: errors that end a thread; errors that libraries catch and
 * log; and the collector, which may work on and on before it gives up. Calls, tasks and connections report theirs
 * themselves.
 */
public class OutOfMemory implements InitializingBean, DisposableBean {

    private static final int MAX_CAUSES = 10;
    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** The share of the time that the collector takes when memory has run out. HotSpot's GCTimeLimit is the same. */
    private static final double GC_TIME_LIMIT = 0.98;

    /** For how many intervals in a row: 5 seconds. */
    private static final int GC_INTERVALS = 10;

    private final Consumer<Throwable> onOutOfMemory;
    private final Scheduler scheduler;
    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final LoggedErrors loggedErrors = new LoggedErrors();
    private final @Nullable UncaughtExceptionHandler previousHandler = Thread.getDefaultUncaughtExceptionHandler();
    private final List<GarbageCollectorMXBean> pausingCollectors =
            ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(collector -> !collector.getName().contains("Concurrent")
                            && !collector.getName().contains("Cycles"))
                    .toList();

    private long lastNanos = System.nanoTime();
    private long lastCollectionMillis = collectionMillis();
    private int intervalsAtLimit;

    OutOfMemory(Consumer<Throwable> onOutOfMemory, Scheduler scheduler) {
        this.onOutOfMemory = onOutOfMemory;
        this.scheduler = scheduler;
    }

    /** Returns whether the error is one, or was caused by one. */
    public static boolean isCauseOf(Throwable problem) {
        Throwable cause = problem;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause instanceof OutOfMemoryError) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    @Override
    public void afterPropertiesSet() {
        loggers.addTurboFilter(loggedErrors);
        Thread.setDefaultUncaughtExceptionHandler(this::uncaught);
        scheduler.every("collector-time", INTERVAL, this::checkCollector);
    }

    @Override
    public void destroy() {
        loggers.getTurboFilterList().remove(loggedErrors);
        Thread.setDefaultUncaughtExceptionHandler(previousHandler);
    }

    private void uncaught(Thread thread, Throwable problem) {
        if (isCauseOf(problem)) {
            onOutOfMemory.accept(problem);
        }
        LoggerFactory.getLogger(OutOfMemory.class).error("Thread {} has ended", thread.getName(), problem);
    }

    private void checkCollector() {
        long nanos = System.nanoTime();
        long millis = collectionMillis();
        boolean atLimit = (millis - lastCollectionMillis) * 1e6 > GC_TIME_LIMIT * (nanos - lastNanos);
        lastNanos = nanos;
        lastCollectionMillis = millis;
        intervalsAtLimit = atLimit ? intervalsAtLimit + 1 : 0;
        if (intervalsAtLimit >= GC_INTERVALS) {
            onOutOfMemory.accept(new OutOfMemoryError("The garbage collector takes all of the time"));
        }
    }

    private long collectionMillis() {
        return pausingCollectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    /** Sees the errors that are logged, whatever the logger's level is. */
    private final class LoggedErrors extends TurboFilter {

        @Override
        public FilterReply decide(
                @Nullable Marker marker,
                ch.qos.logback.classic.Logger logger,
                Level level,
                @Nullable String format,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            if (thrown == null && arguments == null) {
                return FilterReply.NEUTRAL; // as it is when Netty asks, for each frame, whether a line would be logged
            }
            Throwable logged = thrown != null ? thrown : MessageFormatter.getThrowableCandidate(arguments);
            if (logged != null && isCauseOf(logged)) {
                onOutOfMemory.accept(logged);
            }
            return FilterReply.NEUTRAL;
        }
    }
}
