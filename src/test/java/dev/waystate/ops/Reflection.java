package dev.waystate.ops;

import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks a server by reflection for the names of its services. */
final class Reflection {

    private Reflection() {}

    static List<String> v1(ManagedChannel channel) throws StatusException, InterruptedException {
        BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> call = open(channel);
        List<String> names = listServices(call);
        call.halfClose();
        return names;
    }

    /** Opens a stream that the client does not end. */
    static BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> open(ManagedChannel channel) {
        return ServerReflectionGrpc.newBlockingV2Stub(channel)
                .withDeadlineAfter(2L * Client.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .serverReflectionInfo();
    }

    static List<String> listServices(BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> call)
            throws StatusException, InterruptedException {
        call.write(ServerReflectionRequest.newBuilder().setListServices("").build());
        return call.read().getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .toList();
    }

    static List<String> v1alpha(ManagedChannel channel) throws StatusException, InterruptedException {
        BlockingClientCall<
                        io.grpc.reflection.v1alpha.ServerReflectionRequest,
                        io.grpc.reflection.v1alpha.ServerReflectionResponse>
                call = io.grpc.reflection.v1alpha.ServerReflectionGrpc.newBlockingV2Stub(channel)
                        .withDeadlineAfter(Client.DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .serverReflectionInfo();
        call.write(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setListServices("")
                .build());
        call.halfClose();
        return call.read().getListServicesResponse().getServiceList().stream()
                .map(io.grpc.reflection.v1alpha.ServiceResponse::getName)
                .toList();
    }
}
