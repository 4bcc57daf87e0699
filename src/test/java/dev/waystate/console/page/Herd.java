package dev.waystate.console.page;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.waystate.ServerProcess;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Sources that report over gRPC. */
final class Herd implements AutoCloseable {

    private static final Metadata.Key<String> SOURCE =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> LOCATION =
            Metadata.Key.of("waystate-location", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;

    Herd(ServerProcess server) {
        this.channel = Grpc.newChannelBuilder(server.target(), InsecureChannelCredentials.create())
                .build();
    }

    /** Stores a report in a call of its own, and waits until it is durable. */
    void report(String source, Status status, String info, int x, int y) throws Exception {
        send(source, status, info, x, y).get(20, SECONDS);
    }

    /** Sends a report in a call of its own; the result is complete once it is durable. */
    CompletableFuture<Empty> send(String source, Status status, String info, int x, int y) {
        Metadata headers = new Metadata();
        headers.put(SOURCE, source);
        headers.put(LOCATION, x + "," + y);
        Answer answer = new Answer();
        StreamObserver<Data> call = RequestStreamingGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(20, SECONDS)
                .streamState(answer);
        call.onNext(Data.newBuilder().setStatus(status).setInfo(info).build());
        call.onCompleted();
        return answer.stored;
    }

    /** Opens a stream of one source, which goes on until the herd is closed. */
    StreamObserver<AppendRequest> append() {
        return StateLogServiceGrpc.newStub(channel).append(new Unheard());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static final class Answer implements StreamObserver<Empty> {

        private final CompletableFuture<Empty> stored = new CompletableFuture<>();

        @Override
        public void onNext(Empty empty) {
            stored.complete(empty);
        }

        @Override
        public void onError(Throwable problem) {
            stored.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {}
    }

    /** Takes acknowledgements that nobody waits for, and the end of the stream. */
    private static final class Unheard implements StreamObserver<AppendResponse> {

        @Override
        public void onNext(AppendResponse response) {}

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onCompleted() {}
    }
}
