package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        "POSITION_PRUNED, earliest_position, the earliest position is 5: the log is kept from there on",
        "POSITION_BEYOND_HEAD, head_position, the newest position is 5: was the log replaced",
        "RECORD_DAMAGED, position, the record at position 5 is damaged: read on behind it with --after 5",
        "SEQUENCE_GAP, expected_sequence, the next sequence of the source is 5: send the reports from there on",
        "LOG_CHANGED, log_id, 'the log is another one now, such as a back-up that was restored: its id is 5, '",
        "SOURCE_UNKNOWN, source, '''sources'' lists those that have reported'",
        "OTHER, a, OTHER {a=5}"
    })
    void reasonsAreToldWithWhatToDo(String reason, String key, String expected) {
        StatusRuntimeException failure = StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(11)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason)
                        .putMetadata(key, "5")
                        .build()))
                .build());

        assertThat(StatusDetails.of(failure)).singleElement().asString().startsWith(expected);
    }

    @Test
    void failureWithoutDetailsHasNoLines() {
        assertThat(StatusDetails.of(io.grpc.Status.ABORTED.asRuntimeException()))
                .isEmpty();
    }
}
