package dev.waystate.statelog.operation;

import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.file.LogFile;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/**
 * Shows what a log holds. What has to be read from the disk for that is read every few seconds, and not when somebody
 * asks: a disk that does not answer holds up no scrape.
 */
@Component
class LogGauges {

    private static final String TASK = "log-gauges";
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** The names of the known statuses, in the order of their numbers. */
    private static final List<String> KNOWN_STATUSES = List.of("UNKNOWN", "OK", "THIRSTY", "STARVED", "TIRED");

    private static final String OTHER_STATUS = "other";

    private final StateLog stateLog;
    private final Path file;
    private final Path writeAheadLog;
    private volatile Seen seen = Seen.NOTHING;

    /**
     * What was found the last time.
     *
     * @param sources how many sources are in each of the known statuses, and last in others; empty when nobody knows
     */
    private record Seen(double fileBytes, double logBytes, double freeBytes, double totalBytes, long[] sources) {

        static final Seen NOTHING = new Seen(Double.NaN, Double.NaN, Double.NaN, Double.NaN, new long[0]);
    }

    LogGauges(StateLog stateLog, StoreProperties properties, Scheduler scheduler, MeterRegistry meters) {
        this.stateLog = stateLog;
        this.file = properties.file().toAbsolutePath();
        this.writeAheadLog = LogFile.writeAheadLogOf(file);
        scheduler.after(TASK, Duration.ZERO, this::look);
        scheduler.every(TASK, INTERVAL, this::look);
        LogMetrics.gauge(meters, "head", "position", "Position of the newest record", () -> orUnknown(stateLog::head));
        LogMetrics.gauge(
                meters,
                "earliest",
                "position",
                "Position of the oldest record that is kept, or one above the head",
                () -> orUnknown(stateLog::earliest));
        bytes("database", "Size of the log's file", Seen::fileBytes, meters);
        bytes("wal", "Size of the write-ahead log beside it", Seen::logBytes, meters);
        bytes("disk.free", "Room on the file system of the log's file", Seen::freeBytes, meters);
        bytes("disk.total", "Size of the file system of the log's file", Seen::totalBytes, meters);
        for (int i = 0; i < KNOWN_STATUSES.size(); i++) {
            sources(i, KNOWN_STATUSES.get(i), meters);
        }
        sources(KNOWN_STATUSES.size(), OTHER_STATUS, meters);
    }

    private void bytes(String name, String description, ToDoubleFunction<Seen> value, MeterRegistry meters) {
        LogMetrics.gauge(meters, name, "bytes", description, () -> value.applyAsDouble(seen));
    }

    private void sources(int index, String status, MeterRegistry meters) {
        Gauge.builder("waystate.sources", () -> {
                    long[] sources = seen.sources;
                    return sources.length == 0 ? Double.NaN : sources[index];
                })
                .description("Sources by the status of their latest report")
                .tag("status", status)
                .register(meters);
    }

    private static Number orUnknown(Supplier<Number> position) {
        try {
            return position.get();
        } catch (LogUnavailableException building) {
            return Double.NaN;
        }
    }

    private void look() {
        double freeBytes = Double.NaN;
        double totalBytes = Double.NaN;
        try {
            FileStore disk = Files.getFileStore(file.getParent());
            freeBytes = disk.getUsableSpace();
            totalBytes = disk.getTotalSpace();
        } catch (IOException notSaid) {
            // nobody knows them
        }
        seen = new Seen(sizeOf(file), sizeOf(writeAheadLog), freeBytes, totalBytes, sources());
    }

    private static double sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException none) {
            return 0;
        } catch (IOException notSaid) {
            return Double.NaN;
        }
    }

    private long[] sources() {
        long[] sources = new long[KNOWN_STATUSES.size() + 1];
        try {
            stateLog.summary().statuses().forEach(count -> {
                boolean known = count.status() >= 0 && count.status() < KNOWN_STATUSES.size();
                sources[known ? count.status() : KNOWN_STATUSES.size()] += count.sources();
            });
            return sources;
        } catch (RuntimeException unknown) { // what is known of the disk is still shown
            return new long[0];
        }
    }
}
