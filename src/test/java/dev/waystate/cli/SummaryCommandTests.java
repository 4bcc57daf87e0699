package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.text.Times;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SummaryCommandTests {

    private static final GetSummaryResponse SUMMARY =
            GetSummaryResponse.newBuilder().setHeadPosition(9).setLogId("abc").build();

    @RegisterExtension
    private final ScriptedServer server = new ScriptedServer();

    @Test
    void readThatIsUnavailableIsTriedAgainThreeTimes() {
        for (int i = 0; i < 7; i++) {
            server.fail(Status.UNAVAILABLE.asRuntimeException());
        }
        server.answer(SUMMARY);

        CommandRun givenUp = server.run("summary");
        CommandRun answered = server.run("summary");

        assertThat(givenUp.exitCode()).isEqualTo(64 + 14);
        assertThat(server.requests()).hasSize(8);
        assertThat(answered.outLines()).contains("head position     9");
    }

    @Test
    void readThatIsRefusedIsNotTriedAgain() {
        server.fail(Status.PERMISSION_DENIED.asRuntimeException());

        assertThat(server.run("summary").exitCode()).isEqualTo(64 + 7);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void earlierMomentIsAskedFor() {
        server.answer(SUMMARY).answer(SUMMARY);

        CommandRun run = server.run("summary", "--at", "7");
        server.run("summary", "--at", "2026-02-03T04:05:06Z", "--json");

        assertThat(run.outLines()).contains("head position     9", "log id            abc");
        assertThat(server.requests())
                .containsExactly(
                        GetSummaryRequest.newBuilder()
                                .setAsOf(Moment.newBuilder().setPosition(7))
                                .build(),
                        GetSummaryRequest.newBuilder()
                                .setAsOf(Moment.newBuilder().setTime(Times.fromText("2026-02-03T04:05:06Z")))
                                .build());
    }

    @Test
    void severalTimesAreATable() {
        server.answer(SUMMARY.toBuilder()
                .addSnapshots(Snapshot.newBuilder().setPosition(3))
                .build());

        CommandRun run = server.run(
                "summary", "--from", "2026-02-03T04:05:06Z", "--to", "2026-02-03T05:05:06Z", "--steps", "61");

        assertThat(run.outLines())
                .containsExactly(
                        "log id  abc", "", "TIME                      POSITION", "1970-01-01T00:00:00.000Z         3");
        assertThat(server.requests())
                .containsExactly(GetSummaryRequest.newBuilder()
                        .setPeriod(Period.newBuilder()
                                .setStartTime(Times.fromText("2026-02-03T04:05:06Z"))
                                .setEndTime(Times.fromText("2026-02-03T05:05:06Z"))
                                .setSteps(61))
                        .build());
    }

    @Test
    void periodLastsUntilNowInElevenStepsUnlessGiven() {
        server.answer(SUMMARY);

        server.run("summary", "--from", "1d");

        Period period = ((GetSummaryRequest) server.requests().get(0)).getPeriod();
        assertThat(period.getSteps()).isEqualTo(11);
        assertThat(Duration.between(Times.toInstant(period.getStartTime()), Times.toInstant(period.getEndTime())))
                .isBetween(
                        Duration.ofHours(24).minusMinutes(1),
                        Duration.ofHours(24).plusMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({
        "--at x, a time in RFC 3339",
        "--at 5 --from 1d, either --at or --from",
        "--to 1d, --from",
        "--from 1d --steps 1, from 2 to 1000",
        "--from 1d --steps 1001, from 2 to 1000",
        "--from 1h --to 1d, a --to after --from",
        "--from=2026-02-03T04:05:06Z --to=2026-02-03T04:05:06Z, a --to after --from"
    })
    void wrongUsageIsNamedAndNobodyIsCalled(String options, String message) {
        server.assertRefuses("summary " + options, message);
    }
}
