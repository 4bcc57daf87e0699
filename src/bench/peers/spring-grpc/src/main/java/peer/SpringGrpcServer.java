package peer;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import io.grpc.stub.StreamObserver;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.grpc.server.service.GrpcService;

/** The displacement service as the starter's documentation shows one. */
@SpringBootApplication
public class SpringGrpcServer {

    public static void main(String[] args) {
        SpringApplication.run(SpringGrpcServer.class, args);
    }

    @GrpcService
    static class DisplacementService extends DisplacementServiceImplBase {

        @Override
        public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
            double dx = (double) request.getEnd().getX() - request.getStart().getX();
            double dy = (double) request.getEnd().getY() - request.getStart().getY();
            responses.onNext(DisplacementResponse.newBuilder()
                    .setDistance((float) Math.sqrt(dx * dx + dy * dy))
                    .build());
            responses.onCompleted();
        }
    }
}
