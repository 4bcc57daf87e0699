package dev.waystate.security.access;

import io.grpc.Status;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request that may go on.
 *
 * @param caller the authenticated name; null where nobody is asked for a proof
 * @param client what is limited: the authenticated name, else the network
 * @param endCondition says, whenever it is asked, how the answer has to end since the credential is no longer valid; or
 *     null. It does not block
 */
public record AdmittedRequest(@Nullable String caller, Object client, Supplier<@Nullable Status> endCondition) {}
