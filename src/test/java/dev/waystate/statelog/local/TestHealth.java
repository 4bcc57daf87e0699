package dev.waystate.statelog.local;

import dev.waystate.statelog.view.LogHealth;
import java.util.concurrent.CompletableFuture;

/** Remembers how a log was. */
final class TestHealth implements LogHealth {

    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    volatile boolean held;

    @Override
    public void unready() {
        held = true;
    }

    @Override
    public void ready() {
        held = false;
    }

    @Override
    public void failed(Throwable problem) {
        failure.complete(problem);
    }
}
