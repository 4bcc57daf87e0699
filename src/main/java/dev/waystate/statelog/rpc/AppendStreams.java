package dev.waystate.statelog.rpc;

import dev.waystate.server.EndlessCalls;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The live {@code Append} streams: one for each source. */
@Component
class AppendStreams {

    private final Map<String, AppendStream> bySource = new ConcurrentHashMap<>();
    private final EndlessCalls endlessCalls;

    AppendStreams(EndlessCalls endlessCalls) {
        this.endlessCalls = endlessCalls;
    }

    /** Has the stream take over its source. */
    void begin(String source, AppendStream stream) {
        AppendStream previous = bySource.put(source, stream);
        if (previous != null) {
            previous.takenOver();
        }
        endlessCalls.add(stream);
    }

    /** Forgets a stream that has ended, which may not have got as far as its source. */
    void end(@Nullable String source, AppendStream stream) {
        if (source != null) {
            bySource.remove(source, stream);
        }
        endlessCalls.remove(stream);
    }
}
