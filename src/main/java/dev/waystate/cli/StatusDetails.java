package dev.waystate.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.stream.Stream;

/** The details of a failed call, as lines for people. */
final class StatusDetails {

    private StatusDetails() {}

    /** Returns a line for each detail of a known type. */
    static List<String> of(Throwable failure) {
        Status status = StatusProto.fromThrowable(failure);
        return status == null
                ? List.of()
                : status.getDetailsList().stream()
                        .flatMap(StatusDetails::lines)
                        .map(TerminalText::of)
                        .toList();
    }

    private static Stream<String> lines(Any detail) {
        try {
            return knownLines(detail);
        } catch (InvalidProtocolBufferException malformed) {
            return Stream.empty();
        }
    }

    private static Stream<String> knownLines(Any detail) throws InvalidProtocolBufferException {
        if (detail.is(BadRequest.class)) {
            return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
                    .map(violation -> violation.getField() + ": " + violation.getDescription());
        }
        if (detail.is(PreconditionFailure.class)) {
            return detail.unpack(PreconditionFailure.class).getViolationsList().stream()
                    .map(violation -> violation.getSubject() + ": " + violation.getDescription());
        }
        if (detail.is(RetryInfo.class)) {
            Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
            return Stream.of("try again in " + (delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000) + " ms");
        }
        if (detail.is(ErrorInfo.class)) {
            ErrorInfo info = detail.unpack(ErrorInfo.class);
            return Stream.of(info.getReason() + " " + info.getMetadataMap());
        }
        return Stream.empty();
    }
}
