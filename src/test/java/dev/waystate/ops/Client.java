package dev.waystate.ops;

import dev.waystate.ServerProcess;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.Status;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A plain client of one server or, in turns, of several. Each call has a deadline and is made once: what grpc-java
 * repeats on its own are calls that no server has begun, when their connection turned out to be closing.
 */
public final class Client implements AutoCloseable {

    static final int DEADLINE_SECONDS = 10;

    static {
        NameResolverRegistry.getDefaultRegistry().register(new LoopbackNameResolver.Provider());
    }

    private final ManagedChannel channel;

    private Client(ManagedChannel channel) {
        this.channel = channel;
    }

    public static Client of(ServerProcess... servers) {
        return of(InsecureChannelCredentials.create(), servers);
    }

    public static Client of(ChannelCredentials credentials, ServerProcess... servers) {
        String ports = Arrays.stream(servers)
                .map(server -> Integer.toString(server.grpcPort()))
                .collect(Collectors.joining(","));
        return new Client(Grpc.newChannelBuilder("loopback:///" + ports, credentials)
                .defaultLoadBalancingPolicy("round_robin")
                .overrideAuthority("localhost")
                .build());
    }

    public ManagedChannel channel() {
        return channel;
    }

    public float displacement() {
        return DisplacementServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.newBuilder()
                        .setStart(Point.newBuilder().setY(12))
                        .setEnd(Point.newBuilder().setX(12).setY(14))
                        .build())
                .getDistance();
    }

    /** Sends a stream of reports and waits for the answer. */
    public void streamState(int reports) throws Exception {
        CompletableFuture<Empty> answer = new CompletableFuture<>();
        StreamObserver<Data> stream = RequestStreamingGrpc.newStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .streamState(new Answer<>(answer));
        for (int i = 0; i < reports; i++) {
            stream.onNext(Data.newBuilder()
                    .setStatus(Status.TIRED)
                    .setInfo("report " + i)
                    .build());
        }
        stream.onCompleted();
        answer.get(2L * DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    public ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    public static HttpResponse<String> get(ServerProcess server, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + path);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(DEADLINE_SECONDS))
                                .build(),
                        BodyHandlers.ofString());
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Completes a future with the one response of a call. */
    private record Answer<T>(CompletableFuture<T> future) implements StreamObserver<T> {

        @Override
        public void onNext(T response) {
            future.complete(response);
        }

        @Override
        public void onError(Throwable problem) {
            future.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {
            future.completeExceptionally(new IllegalStateException("The call ended without a response"));
        }
    }
}
