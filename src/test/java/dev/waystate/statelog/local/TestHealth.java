package dev.waystate.statelog.local;

import java.util.concurrent.CompletableFuture;

/** Remembers how a log was. */
final class TestHealth implements LogHealth {

    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    volatile boolean held;

    @Override
    public void held() {
        held = true;
    }

    @Override
    public void free() {
        held = false;
    }

    @Override
    public void failed(Throwable problem) {
        failure.complete(problem);
    }
}
