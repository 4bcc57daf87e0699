package dev.waystate.faults;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Calls {@code stream_state} again and again, and remembers the reports of the calls that were answered. */
final class JournalingReporter implements Runnable {

    private static final int REPORTS_PER_CALL = 20;

    private final int port;
    private final Set<String> acknowledged;
    private final AtomicBoolean stopped;
    private final Duration pause;

    JournalingReporter(int port, Set<String> acknowledged, AtomicBoolean stopped) {
        this(port, acknowledged, stopped, Duration.ZERO);
    }

    /** @param pause after each call */
    JournalingReporter(int port, Set<String> acknowledged, AtomicBoolean stopped, Duration pause) {
        this.port = port;
        this.acknowledged = acknowledged;
        this.stopped = stopped;
        this.pause = pause;
    }

    @Override
    public void run() {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            while (!stopped.get()) {
                report(RequestStreamingGrpc.newStub(channel), UUID.randomUUID().toString());
                LockSupport.parkNanos(pause.toNanos());
            }
        } catch (Exception disconnected) {
            // the next round has another reporter
        } finally {
            channel.shutdownNow();
        }
    }

    private void report(RequestStreamingGrpc.RequestStreamingStub stub, String call) throws Exception {
        Answer answer = new Answer();
        StreamObserver<Data> requests = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(location(call)))
                .streamState(answer);
        for (int i = 0; i < REPORTS_PER_CALL; i++) {
            requests.onNext(Data.newBuilder().setInfo(call + " " + i).build());
        }
        requests.onCompleted();
        answer.result.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < REPORTS_PER_CALL; i++) {
            acknowledged.add(call + " " + i);
        }
    }

    private static Metadata location(String call) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("waystate-location", Metadata.ASCII_STRING_MARSHALLER),
                call.hashCode() + "," + call.length());
        return headers;
    }

    private static final class Answer implements StreamObserver<Empty> {

        private final CompletableFuture<Empty> result = new CompletableFuture<>();

        @Override
        public void onNext(Empty response) {
            result.complete(response);
        }

        @Override
        public void onError(Throwable problem) {
            result.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {}
    }
}
