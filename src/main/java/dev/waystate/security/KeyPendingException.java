package dev.waystate.security;

import java.util.concurrent.CompletableFuture;

/** A credential cannot be judged before the keys that are being fetched have come. */
class KeyPendingException extends RefusedException {

    private final CompletableFuture<Void> fetched;

    /**
     * @param refusal why it is refused if they do not help
     * @param fetched completes, always normally, when they have come or cannot be had
     */
    KeyPendingException(Refusal refusal, CompletableFuture<Void> fetched) {
        super(refusal);
        this.fetched = fetched;
    }

    CompletableFuture<Void> fetched() {
        return fetched;
    }
}
