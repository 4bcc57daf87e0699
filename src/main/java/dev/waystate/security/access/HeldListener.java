package dev.waystate.security.access;

import io.grpc.ServerCall.Listener;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps what is told of a call until it is known whether the call may go on. No message comes before that. */
final class HeldListener<ReqT> extends Listener<ReqT> {

    private final Queue<Consumer<Listener<ReqT>>> kept = new ArrayDeque<>();

    /** Set when it has been told all that was kept. */
    private volatile @Nullable Listener<ReqT> released;

    /** Tells a listener what has been kept; all that comes then goes straight to it. */
    synchronized void release(Listener<ReqT> listener) {
        Consumer<Listener<ReqT>> callback;
        while ((callback = kept.poll()) != null) { // which may have the transport tell more
            callback.accept(listener);
        }
        released = listener;
    }

    private void tell(Consumer<Listener<ReqT>> callback) {
        if (released != null || !keep(callback)) {
            callback.accept(released);
        }
    }

    private synchronized boolean keep(Consumer<Listener<ReqT>> callback) {
        return released == null && kept.add(callback);
    }

    @Override
    public void onMessage(ReqT message) {
        tell(listener -> listener.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        tell(Listener::onHalfClose);
    }

    @Override
    public void onCancel() {
        tell(Listener::onCancel);
    }

    @Override
    public void onComplete() {
        tell(Listener::onComplete);
    }

    @Override
    public void onReady() {
        tell(Listener::onReady);
    }
}
