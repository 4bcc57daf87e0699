package dev.waystate.security.access;

import dev.waystate.server.lifecycle.Scheduler;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/** Interceptors that give calls an authorization. */
final class Credentials {

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

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
