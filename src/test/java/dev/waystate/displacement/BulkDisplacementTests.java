package dev.waystate.displacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceBlockingStub;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.BulkDisplacementServiceGrpc.BulkDisplacementServiceStub;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.stream.IntStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;

@InProcessTest
class BulkDisplacementTests {

    @GrpcClient("waystate")
    BulkDisplacementServiceStub stub;

    @GrpcClient("waystate")
    DisplacementServiceBlockingStub unary;

    @Test
    void eachRequestIsAnsweredInOrder() {
        Recorder<ComputeDisplacementsRequest, ComputeDisplacementsResponse> recorder = new Recorder<>();
        StreamObserver<ComputeDisplacementsRequest> requests = stub.computeDisplacements(recorder);
        for (int size = 0; size < 100; size++) {
            requests.onNext(request(size));
        }
        requests.onCompleted();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(recorder.responses()).hasSize(100);
        for (int size = 0; size < 100; size++) {
            assertThat(recorder.responses().get(size).getDistancesList())
                    .isEqualTo(IntStream.range(0, size).mapToObj(i -> 5f * i).toList());
        }
    }

    @Test
    void absentPointsAreTheOriginInBothServices() {
        Displacement toThreeFour = Displacement.newBuilder()
                .setEnd(Point.newBuilder().setX(3).setY(4))
                .build();
        assertThat(unary.computeDisplacement(toThreeFour).getDistance()).isEqualTo(5);
        assertThat(unary.computeDisplacement(Displacement.getDefaultInstance()).getDistance())
                .isZero();
        Recorder<ComputeDisplacementsRequest, ComputeDisplacementsResponse> recorder = new Recorder<>();
        StreamObserver<ComputeDisplacementsRequest> requests = stub.computeDisplacements(recorder);
        requests.onNext(ComputeDisplacementsRequest.newBuilder()
                .addDisplacements(toThreeFour)
                .addDisplacements(Displacement.getDefaultInstance())
                .build());
        assertThat(recorder.awaitResponse(1).getDistancesList()).containsExactly(5f, 0f);
        requests.onCompleted();
    }

    @Test
    void aClientThatDoesNotReadIsNotReadFrom() {
        NotReading client = new NotReading();
        stub.computeDisplacements(client);
        int sent = 0;
        while (client.requests.isReady() && sent < 100_000) {
            client.requests.onNext(request(10));
            sent++;
        }
        assertThat(sent).as("requests that the server took at once").isLessThan(100_000);
        client.requests.onCompleted();
        client.requests.request(Integer.MAX_VALUE);
        int all = sent;
        await().atMost(Duration.ofSeconds(20)).until(() -> client.received == all);
    }

    private static ComputeDisplacementsRequest request(int size) {
        ComputeDisplacementsRequest.Builder request = ComputeDisplacementsRequest.newBuilder();
        for (int i = 0; i < size; i++) {
            request.addDisplacements(Displacement.newBuilder()
                    .setStart(Point.newBuilder().setX(-3 * i))
                    .setEnd(Point.newBuilder().setY(4 * i)));
        }
        return request.build();
    }

    /** Takes no response before it is told to. */
    private static final class NotReading
            implements ClientResponseObserver<ComputeDisplacementsRequest, ComputeDisplacementsResponse> {

        private ClientCallStreamObserver<ComputeDisplacementsRequest> requests;
        private volatile int received;

        @Override
        public void beforeStart(ClientCallStreamObserver<ComputeDisplacementsRequest> requests) {
            this.requests = requests;
            requests.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(ComputeDisplacementsResponse response) {
            received++;
        }

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onCompleted() {}
    }
}
