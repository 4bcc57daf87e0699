package dev.waystate.displacement;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import dev.waystate.server.OpenStreams;
import dev.waystate.server.OpenStreams.OpenStream;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One call of {@code ComputeDisplacements}. It asks for the next request only while the client takes the responses, so
 * that what a slow reader leaves behind is bounded by the transport's window.
 */
final class BulkDisplacementStream implements StreamObserver<ComputeDisplacementsRequest>, OpenStream {

    private final ServerCallStreamObserver<ComputeDisplacementsResponse> responses;
    private final OpenStreams openStreams;

    /** Whether a request has been asked for that has not come yet. Used by the call's thread only. */
    private boolean requested;

    private volatile long received;
    private long receivedWhenAsked = -1;

    BulkDisplacementStream(ServerCallStreamObserver<ComputeDisplacementsResponse> responses, OpenStreams openStreams) {
        this.responses = responses;
        this.openStreams = openStreams;
        openStreams.add(this);
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::requestNext);
    }

    @Override
    public void onNext(ComputeDisplacementsRequest request) {
        requested = false;
        received++;
        responses.onNext(respond(request));
        requestNext();
    }

    @Override
    public void onError(Throwable cancelled) {
        openStreams.remove(this);
    }

    @Override
    public void onCompleted() {
        openStreams.remove(this);
        responses.onCompleted();
    }

    /** A stream that is under way comes to its own end; one that waits for its client is ended. */
    @Override
    public void serverStops() {
        if (received != receivedWhenAsked) {
            receivedWhenAsked = received;
            return;
        }
        openStreams.remove(this);
        responses.onError(Status.UNAVAILABLE
                .withDescription("The server is stopping: go on with the next request elsewhere")
                .asRuntimeException());
    }

    private void requestNext() {
        if (!requested && responses.isReady()) {
            requested = true;
            responses.request(1);
        }
    }

    private static ComputeDisplacementsResponse respond(ComputeDisplacementsRequest request) {
        ComputeDisplacementsResponse.Builder response = ComputeDisplacementsResponse.newBuilder();
        for (Displacement displacement : request.getDisplacementsList()) {
            response.addDistances(DisplacementMessages.distance(displacement));
        }
        return response.build();
    }
}
