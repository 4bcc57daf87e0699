package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.waystate.proto.Data;
import dev.waystate.proto.Status;
import dev.waystate.server.telemetry.LineBudget;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StreamLogTests {

    private final Logger logger = (Logger) LoggerFactory.getLogger(StreamLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void streamsWithinTheBudgetOfLinesAreLoggedFromTheirFirstReportToTheirEnd() {
        logTwoStreams(new LineBudget(10));
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "stream_state from \"cow\": OK \"well\"",
                        "stream_state from \"cow\": done, 1 reports stored",
                        "stream_state from \"cow\": cancelled, 1 reports stored");
    }

    @Test
    void streamsBeyondTheBudgetOfLinesAreLoggedOnlyWhenTheyFail() {
        LineBudget none = new LineBudget(0);
        logTwoStreams(none);
        new StreamLog("cow", Optional.empty(), 1, none).failed(1, new IllegalStateException("no disk"));
        assertThat(lines.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .startsWith("stream_state from \"cow\": failed, 1 reports stored")
                .contains("no disk");
    }

    private static void logTwoStreams(LineBudget budget) {
        StreamLog stored = new StreamLog("cow", Optional.empty(), 1, budget);
        stored.received(Data.newBuilder().setStatus(Status.OK).setInfo("well").build());
        stored.stored(1);
        new StreamLog("cow", Optional.empty(), 1, budget).cancelled(1);
    }
}
