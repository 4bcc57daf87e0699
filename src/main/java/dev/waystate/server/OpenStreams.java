package dev.waystate.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The streams that clients may hold open for as long as they like. A server that stops asks them to end, again and
 * again, and only after it has told its clients not to open new calls on their connections: told earlier, they would
 * come back to the server that is going away.
 */
@Component
public class OpenStreams {

    /** A stream that can be asked to end. */
    public interface OpenStream {

        /**
         * Is called about once a second while the server waits for this stream. An endless stream ends at the first
         * time, when what it has under way is done; one that may come to its own end does so when nothing has come since
         * the time before. Does not block.
         */
        void serverStops();
    }

    private final Set<OpenStream> streams = ConcurrentHashMap.newKeySet();

    /** Registers a stream until {@link #remove}. */
    public void add(OpenStream stream) {
        streams.add(stream);
    }

    /** Forgets a stream that has ended. */
    public void remove(OpenStream stream) {
        streams.remove(stream);
    }

    void askToEnd() {
        streams.forEach(OpenStream::serverStops);
    }
}
