package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ReadResponse;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A {@link ReadResponse} as its bytes: of a page of records, that message and all in it would cost more than the rest. */
record EncodedResponse(byte[] bytes) {

    /** Reads and writes the bytes as they are. */
    static final Marshaller<EncodedResponse> MARSHALLER = new Marshaller<>() {
        @Override
        public InputStream stream(EncodedResponse response) {
            return new ByteArrayInputStream(response.bytes);
        }

        @Override
        public EncodedResponse parse(InputStream stream) {
            try {
                return new EncodedResponse(stream.readAllBytes());
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }
    };

    EncodedResponse(ReadResponse response) {
        this(response.toByteArray());
    }
}
