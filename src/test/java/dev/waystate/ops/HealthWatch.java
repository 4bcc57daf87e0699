package dev.waystate.ops;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A stream of a server's health, which stays open until the server or the channel ends it. */
public final class HealthWatch implements StreamObserver<HealthCheckResponse> {

    private final List<ServingStatus> seen = new CopyOnWriteArrayList<>();

    public static HealthWatch open(ManagedChannel channel, String service) {
        HealthWatch watch = new HealthWatch();
        HealthGrpc.newStub(channel)
                .watch(HealthCheckRequest.newBuilder().setService(service).build(), watch);
        return watch;
    }

    /** Returns the statuses so far, in their order. */
    public List<ServingStatus> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
        seen.add(response.getStatus());
    }

    @Override
    public void onError(Throwable ended) {
        // what was seen before is all that matters
    }

    @Override
    public void onCompleted() {
        // as above
    }
}
