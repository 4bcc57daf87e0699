package dev.waystate.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The calls that do not end by themselves. They are ended when the server stops, after it has told its clients not to
 * start new calls on their connections: told earlier, they would come back to the server that is going away.
 */
@Component
public class EndlessCalls {

    /** A call that can be asked to end. */
    public interface EndlessCall {

        /** Ends the call with UNAVAILABLE, when what it has under way is done. Does not block. */
        void serverStops();
    }

    private final Set<EndlessCall> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /** Registers a call until {@link #remove}; when the server is stopping already it is ended at once. */
    public void add(EndlessCall call) {
        calls.add(call);
        if (stopping) {
            call.serverStops();
        }
    }

    /** Forgets a call that has ended. */
    public void remove(EndlessCall call) {
        calls.remove(call);
    }

    void endAll() {
        stopping = true;
        calls.forEach(EndlessCall::serverStops);
    }
}
