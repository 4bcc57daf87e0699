package dev.waystate.server.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.waystate.LogLines;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusTableTests {

    @RegisterExtension
    final LogLines lines = LogLines.of(StatusTable.class);

    private final StatusTable table = new StatusTable(
            List.of(added -> added.add(UnsupportedOperationException.class, Code.ABORTED, unsupported -> null)),
            null); // no memory runs out here

    static Stream<Arguments> problems() {
        return Stream.of(
                arguments(
                        new UnreadableRequestException("Fail", new IllegalArgumentException()), Code.INVALID_ARGUMENT),
                arguments(new InvalidRequestException("field", "expected a number"), Code.INVALID_ARGUMENT),
                arguments(new TryLaterException("busy", Duration.ZERO), Code.RESOURCE_EXHAUSTED),
                arguments(new RejectedExecutionException(), Code.RESOURCE_EXHAUSTED),
                arguments(new UnsupportedOperationException() {}, Code.ABORTED),
                arguments(
                        new CompletionException(new CompletionException(new RejectedExecutionException())),
                        Code.RESOURCE_EXHAUSTED),
                arguments(Status.NOT_FOUND.asException(), Code.NOT_FOUND),
                arguments(Status.NOT_FOUND.asRuntimeException(), Code.NOT_FOUND),
                arguments(new IllegalStateException(Status.NOT_FOUND.asException()), Code.INTERNAL),
                arguments(new StackOverflowError(), Code.INTERNAL));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void theCodeOfAProblemIsThatOfTheStatusThatItBecomes(Throwable problem, Code code) {
        assertThat(table.code(problem)).isEqualTo(code);
        assertThat(table.toStatus(problem, "Fail", "id").getStatus().getCode()).isEqualTo(code);
    }

    @Test
    void manyUnreadableRequestsHaveFewLines() {
        UnreadableRequestException unreadable = new UnreadableRequestException("Fail", new IllegalArgumentException());
        for (int i = 0; i < 10_000; i++) {
            table.toStatus(unreadable, "Fail", "id");
        }
        assertThat(lines.messages()).hasSizeBetween(100, 5_000); // a hundred a second
    }
}
