package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;

class StatusDetailsTests {

    @Test
    void knownDetailsAreLinesAndOthersAreLeftOut() {
        StatusRuntimeException failure = StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(3)
                .addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(
                                FieldViolation.newBuilder().setField("info").setDescription("is \u001b[31mtoo long"))
                        .build()))
                .addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder().setSeconds(1).setNanos(500_000_000))
                        .build()))
                .addDetails(Any.pack(Duration.getDefaultInstance()))
                .build());

        assertThat(StatusDetails.of(failure)).containsExactly("info: is \\u001B[31mtoo long", "try again in 1500 ms");
    }

    @Test
    void failureWithoutDetailsHasNoLines() {
        assertThat(StatusDetails.of(io.grpc.Status.ABORTED.asRuntimeException()))
                .isEmpty();
    }
}
