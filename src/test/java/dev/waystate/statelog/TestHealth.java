package dev.waystate.statelog;

import dev.waystate.statelog.operation.LogHealth;
import java.util.concurrent.CompletableFuture;

/** Remembers how a log was. */
public final class TestHealth implements LogHealth {

    public final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    public volatile boolean unready;

    @Override
    public void unready() {
        unready = true;
    }

    @Override
    public void ready() {
        unready = false;
    }

    @Override
    public void failed(Throwable problem) {
        failure.complete(problem);
    }
}
