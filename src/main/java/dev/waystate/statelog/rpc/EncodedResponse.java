package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.server.calls.ServiceMethods;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.ServerCalls.ServerStreamingMethod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The bytes of a {@link ReadResponse}. To make that message, and all in it, would cost more than the rest of a page.
 */
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

    /** Returns the service with another method in the place of Read, whose responses are encoded already. */
    static ServerServiceDefinition replaceRead(
            ServerServiceDefinition service, ServerStreamingMethod<ReadRequest, EncodedResponse> read) {
        MethodDescriptor<ReadRequest, ReadResponse> known = StateLogServiceGrpc.getReadMethod();
        ServerMethodDefinition<?, ?> encoded = ServerMethodDefinition.create(
                known.toBuilder(known.getRequestMarshaller(), MARSHALLER).build(),
                ServerCalls.asyncServerStreamingCall(read));
        return ServiceMethods.replace(
                service,
                method -> method.getMethodDescriptor().getFullMethodName().equals(known.getFullMethodName())
                        ? encoded
                        : method);
    }
}
