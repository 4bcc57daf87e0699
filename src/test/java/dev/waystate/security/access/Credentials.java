package dev.waystate.security.access;

import dev.waystate.server.Scheduler;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Interceptors that give calls an authorization. */
final class Credentials {

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** Nobody issues tokens. */
    static final TokenVerifier NO_ISSUER = new TokenVerifier() {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public Optional<Credential> known(TokenHash token) {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<Credential> verify(String token, Object network) {
            throw new AssertionError("Nobody issues tokens");
        }
    };

    private Credentials() {}

    static Scheduler scheduler() {
        return new Scheduler(outOfMemory -> {
            throw new AssertionError(outOfMemory);
        });
    }

    static ClientInterceptor bearer(String token) {
        return authorizations("Bearer " + token);
    }

    static ClientInterceptor authorizations(String... values) {
        Metadata headers = new Metadata();
        for (String value : values) {
            headers.put(AUTHORIZATION, value);
        }
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }
}
