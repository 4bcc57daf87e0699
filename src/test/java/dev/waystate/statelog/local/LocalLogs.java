package dev.waystate.statelog.local;

import dev.waystate.statelog.TestHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;

/** Logs in this process. */
public final class LocalLogs {

    private LocalLogs() {}

    /** Opens a log as a server does, and closes it. */
    public static void open(Path file) {
        LocalStateLog.open(
                        new StoreProperties(file, 4, RetentionProperties.OFF),
                        TimeSources.SYSTEM,
                        new TestHealth(),
                        new LogMetrics(new SimpleMeterRegistry()))
                .close();
    }
}
