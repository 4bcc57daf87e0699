package dev.waystate.security.access;

import io.grpc.StatusRuntimeException;
import org.springframework.stereotype.Component;

/** Says which sources the caller of the current call may write. */
@Component
public class WriteAccess {

    private final DenialReporter denials;

    WriteAccess(DenialReporter denials) {
        this.denials = denials;
    }

    /**
     * Checks that the caller may write a source. Where callers need no credentials, everybody may.
     *
     * @param method the full name of the method, for the log
     * @throws StatusRuntimeException PERMISSION_DENIED if it may not
     */
    public void check(String source, String method) {
        Caller.current().filter(caller -> !caller.sources().include(source)).ifPresent(caller -> {
            throw denials.deny(DenialReason.FOREIGN_SOURCE, method, caller.name())
                    .asRuntimeException();
        });
    }
}
