package dev.waystate.displacement;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.telemetry.BatchSpan;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One call of {@code ComputeDisplacements}. It asks for the next request only while the client takes the responses, so
 * that what a slow reader leaves behind is bounded by the transport's window.
 */
final class BulkDisplacementStream implements StreamObserver<ComputeDisplacementsRequest> {

    private final ServerCallStreamObserver<ComputeDisplacementsResponse> responses;

    private final OpenCall call = OpenCall.current();

    /** Whether a request has been asked for that has not come yet. Used by the call's thread only. */
    private boolean requested;

    BulkDisplacementStream(ServerCallStreamObserver<ComputeDisplacementsResponse> responses) {
        this.responses = responses;
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::requestNext);
    }

    @Override
    public void onNext(ComputeDisplacementsRequest request) {
        requested = false;
        BatchSpan span = call.beginBatch("ComputeDisplacements batch");
        try {
            responses.onNext(respond(request));
            span.end(request.getDisplacementsCount(), null);
        } catch (RuntimeException problem) {
            span.end(request.getDisplacementsCount(), problem);
            throw problem;
        }
        requestNext();
    }

    @Override
    public void onError(Throwable cancelled) {
        // nothing is held
    }

    @Override
    public void onCompleted() {
        responses.onCompleted();
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
