package dev.waystate.security.access;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Lets HTTP requests through by the same credentials, permissions and limits as calls. */
@Component
public class HttpAccess {

    private final Authenticator authenticator;
    private final Admission admission;

    HttpAccess(Authenticator authenticator, Admission admission) {
        this.authenticator = authenticator;
        this.admission = admission;
    }

    /**
     * Completes, most often at once, when the request may go on: with what says, whenever it is asked, how the answer has
     * to end since the credential is no longer valid, or null; exceptionally with a {@link StatusException} if the request
     * is denied, or another exception of the status table. The request is not used after this returns. Does not block.
     *
     * @param method stands for the request in the log
     */
    public CompletableFuture<Supplier<@Nullable Status>> admit(
            HttpServletRequest request, Permission permission, String method) {
        if (!authenticator.isOn()) {
            return CompletableFuture.completedFuture(() -> null);
        }
        InetSocketAddress peer = new InetSocketAddress(request.getRemoteAddr(), request.getRemotePort());
        Attributes connection = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer)
                .build();
        Metadata headers = new Metadata();
        Collections.list(request.getHeaders("Authorization"))
                .forEach(value -> headers.put(Authenticator.AUTHORIZATION, value));
        CompletableFuture<Credential> credential = authenticator.authenticate(connection, headers);
        return credential.handle((known, failed) -> {
            try {
                Credential admitted = admission.admit(
                        credential, caller -> caller.permissions().contains(permission), method, String.valueOf(peer));
                return admission.endCondition(admitted, method);
            } catch (StatusException denied) {
                throw new CompletionException(denied);
            }
        });
    }
}
