package dev.waystate.statelog.rpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The live {@code Append} streams: one for each source. */
@Component
class AppendStreams {

    private final Map<String, AppendStream> bySource = new ConcurrentHashMap<>();

    /** Makes the stream that of its source, and ends the one before. */
    void takeOver(String source, AppendStream stream) {
        AppendStream previous = bySource.put(source, stream);
        if (previous != null) {
            previous.takenOver(source);
        }
    }

    /** Forgets a stream that has ended, which may not have got as far as its source. */
    void end(@Nullable String source, AppendStream stream) {
        if (source != null) {
            bySource.remove(source, stream);
        }
    }
}
