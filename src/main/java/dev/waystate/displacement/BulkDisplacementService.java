package dev.waystate.displacement;

import dev.waystate.proto.v1.BulkDisplacementServiceGrpc.BulkDisplacementServiceImplBase;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.RequiresPermission;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/** Computes displacements in bulk. */
@GrpcService
class BulkDisplacementService extends BulkDisplacementServiceImplBase {

    @Override
    @RequiresPermission(Permission.DISPLACEMENT_COMPUTE)
    public StreamObserver<ComputeDisplacementsRequest> computeDisplacements(
            StreamObserver<ComputeDisplacementsResponse> responses) {
        return new BulkDisplacementStream((ServerCallStreamObserver<ComputeDisplacementsResponse>) responses);
    }
}
