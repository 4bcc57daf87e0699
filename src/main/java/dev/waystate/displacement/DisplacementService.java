package dev.waystate.displacement;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.RequiresPermission;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/** Computes displacements one at a time. */
@GrpcService
class DisplacementService extends DisplacementServiceImplBase {

    @Override
    @RequiresPermission(Permission.DISPLACEMENT_COMPUTE)
    public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
        responses.onNext(DisplacementResponse.newBuilder()
                .setDistance(DisplacementMessages.distance(request))
                .build());
        responses.onCompleted();
    }
}
