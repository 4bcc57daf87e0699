package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.LogLines;
import dev.waystate.proto.Data;
import dev.waystate.proto.Status;
import dev.waystate.server.logging.LineBudget;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StreamLoggerTests {

    @RegisterExtension
    final LogLines lines = LogLines.of(StreamLogger.class);

    @Test
    void streamsWithinTheBudgetOfLinesAreLoggedFromTheirFirstReportToTheirEnd() {
        logTwoStreams(new LineBudget(10));
        assertThat(lines.messages())
                .containsExactly(
                        "stream_state from \"cow\": OK \"well\"",
                        "stream_state from \"cow\": done, 1 reports stored",
                        "stream_state from \"cow\": cancelled, 1 reports stored");
    }

    @Test
    void streamsBeyondTheBudgetOfLinesAreLoggedOnlyWhenTheyFail() {
        LineBudget none = new LineBudget(0);
        logTwoStreams(none);
        new StreamLogger("cow", Optional.empty(), 1, none).failed(1, new IllegalStateException("no disk"));
        assertThat(lines.messages())
                .singleElement()
                .asString()
                .startsWith("stream_state from \"cow\": failed, 1 reports stored")
                .contains("no disk");
    }

    private static void logTwoStreams(LineBudget budget) {
        StreamLogger stored = new StreamLogger("cow", Optional.empty(), 1, budget);
        stored.received(Data.newBuilder().setStatus(Status.OK).setInfo("well").build());
        stored.stored(1);
        new StreamLogger("cow", Optional.empty(), 1, budget).cancelled(1);
    }
}
