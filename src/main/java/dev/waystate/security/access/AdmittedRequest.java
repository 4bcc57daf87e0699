package dev.waystate.security.access;

import io.grpc.Status;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request that was let through.
 *
 * @param caller the authenticated name; null where callers need no credentials
 * @param client whom the limits count: the authenticated name, else the network
 * @param endCondition returns null while the credential is valid, then the status to end the answer with. It does not
 *     block
 */
public record AdmittedRequest(@Nullable String caller, Object client, Supplier<@Nullable Status> endCondition) {}
