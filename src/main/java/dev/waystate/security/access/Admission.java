package dev.waystate.security.access;

import dev.waystate.server.status.TryLaterException;
import io.grpc.Status;
import io.grpc.StatusException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Decides whether a credential lets its caller call a method, now and for as long as the call lasts. */
@Component
class Admission {

    private final DenialReporter denials;

    Admission(DenialReporter denials) {
        this.denials = denials;
    }

    /**
     * Returns the credential, if it is valid now and its caller is permitted.
     *
     * @param credential is complete, normally or exceptionally
     * @param peer names the client in the log, if the caller is not known
     * @throws StatusException if the call is denied
     * @throws CompletionException if the credential cannot be checked now
     */
    Credential admit(CompletableFuture<Credential> credential, Predicate<Caller> permitted, String method, String peer)
            throws StatusException {
        Credential known;
        try {
            known = credential.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof AuthenticationException refused) {
                throw deny(refused.reason(), method, peer);
            }
            if (failed.getCause() instanceof TryLaterException) {
                denials.report(DenialReason.TOO_MANY_REFUSED, method, peer);
            }
            throw failed;
        }
        String caller = known.caller().name();
        if (!known.isValidAt(Instant.now())) {
            throw deny(DenialReason.EXPIRED, method, caller);
        }
        if (!permitted.test(known.caller())) {
            throw deny(DenialReason.NO_PERMISSION, method, caller);
        }
        return known;
    }

    /**
     * Returns the condition that ends a long call. It returns null while the credential is valid, then the status to
     * end the call with. It does not block.
     */
    Supplier<@Nullable Status> endCondition(Credential credential, String method) {
        return () -> credential.isValidAt(Instant.now())
                ? null
                : denials.deny(DenialReason.EXPIRED, method, credential.caller().name());
    }

    private StatusException deny(DenialReason reason, String method, String who) {
        return new StatusException(denials.deny(reason, method, who));
    }
}
