package dev.waystate.security.access;

import io.grpc.ServerCall.Listener;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the callbacks of a call until it is known whether the call may go on. No message comes before that. */
final class HeldListener<ReqT> extends Listener<ReqT> {

    private final Queue<Consumer<Listener<ReqT>>> kept = new ArrayDeque<>();

    /** Set when all kept callbacks have been passed to it. */
    private volatile @Nullable Listener<ReqT> released;

    /** Passes the kept callbacks to a listener. All that come then go straight to it. */
    synchronized void release(Listener<ReqT> listener) {
        Consumer<Listener<ReqT>> callback;
        while ((callback = kept.poll()) != null) { // a callback may cause further ones
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
