package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.Status.Code;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Many requests that nobody means, of a log of its own: it is short, since a third of them read it all. */
@InProcessTest
class AbsurdReadTests {

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    StateLog stateLog;

    @Test
    void absurdRequestsNeverGiveInternalErrors() {
        stateLog.append(new Batch("a", Batch.UNNUMBERED, Collections.nCopies(5, new Report(1, "", null))))
                .toCompletableFuture()
                .join();
        Random random = new Random(11);
        Set<Code> codes = EnumSet.noneOf(Code.class);
        for (int i = 0; i < 10_000; i++) {
            Recorder<ReadRequest, ReadResponse> reading = new Recorder<>();
            stub.read(absurd(random), reading);
            codes.add(reading.awaitEnd().getCode());
        }
        assertThat(codes).containsExactlyInAnyOrder(Code.OK, Code.INVALID_ARGUMENT, Code.OUT_OF_RANGE);
    }

    private ReadRequest absurd(Random random) {
        ReadRequest.Builder request = ReadRequest.newBuilder();
        switch (random.nextInt(4)) {
            case 0 -> request.setAfterPosition(random.nextLong());
            case 1 -> request.setAfterPosition(stateLog.head() + random.nextInt(5) - 2);
            case 2 ->
                request.setAfterPosition(
                        List.of(Long.MIN_VALUE, Long.MAX_VALUE, -1L, 0L).get(random.nextInt(4)));
            default -> {}
        }
        IntStream.range(0, random.nextInt(3) == 0 ? random.nextInt(200) : 0).forEach(i -> {
            request.addSources("\u0000%_'\" " + random.nextInt());
            request.addStatusesValue(random.nextInt());
        });
        return request.build();
    }
}
