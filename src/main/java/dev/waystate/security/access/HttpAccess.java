package dev.waystate.security.access;

import dev.waystate.server.limits.CallerRate;
import dev.waystate.server.limits.ClientRate;
import dev.waystate.server.telemetry.HttpCalls;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.StatusException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.stereotype.Component;

/** Lets HTTP requests through, with the same credentials, permissions and limits as calls. */
@Component
public class HttpAccess {

    private final Authenticator authenticator;
    private final Admission admission;
    private final CallerRate callerRate;

    HttpAccess(Authenticator authenticator, Admission admission, CallerRate callerRate) {
        this.authenticator = authenticator;
        this.admission = admission;
        this.callerRate = callerRate;
    }

    /**
     * Completes, most often at once, when the request may go on; exceptionally with a {@link StatusException} if it is
     * denied, or another exception of the status table. The request is not used after this returns. Does not block.
     *
     * @param method the name of the request in the log
     */
    public CompletableFuture<AdmittedRequest> admit(HttpServletRequest request, Permission permission, String method) {
        InetSocketAddress peer = HttpCalls.peer(request);
        Attributes connection = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer)
                .build();
        if (!authenticator.isOn()) {
            return CompletableFuture.completedFuture(ClientRate.network(connection))
                    .thenApply(network -> counted(new AdmittedRequest(null, network, () -> null)));
        }
        Metadata headers = new Metadata();
        Collections.list(request.getHeaders("Authorization"))
                .forEach(value -> headers.put(Authenticator.AUTHORIZATION, value));
        CompletableFuture<Credential> credential = authenticator.authenticate(connection, headers);
        return credential.handle((known, failed) -> {
            try {
                Credential admitted = admission.admit(
                        credential, caller -> caller.permissions().contains(permission), method, String.valueOf(peer));
                String caller = admitted.caller().name();
                return counted(new AdmittedRequest(caller, caller, admission.endCondition(admitted, method)));
            } catch (StatusException denied) {
                throw new CompletionException(denied);
            }
        });
    }

    private AdmittedRequest counted(AdmittedRequest request) {
        callerRate.count(request.client());
        return request;
    }
}
