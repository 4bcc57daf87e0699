package dev.waystate.statelog.local;

import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.TestHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;

/** Logs in this process. */
public final class LocalLogs {

    private LocalLogs() {}

    /** Opens a log as a server does, and closes it. */
    public static void open(Path file) {
        infos(file);
    }

    /** Opens a log as a server does, reads the infos of its first records, and closes it. */
    public static List<String> infos(Path file) {
        LocalStateLog log = LocalStateLog.open(
                new StoreProperties(file, 4, RetentionProperties.OFF),
                TimeSources.SYSTEM,
                new TestHealth(),
                new LogMetrics(new SimpleMeterRegistry()));
        try {
            return log.read(log.earliest() - 1, 1024 * 1024).stream()
                    .map(StateRecord::info)
                    .toList();
        } finally {
            log.close();
        }
    }
}
