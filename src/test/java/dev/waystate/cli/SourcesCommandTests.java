package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import dev.waystate.text.Times;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SourcesCommandTests {

    private static final Source COW = Source.newBuilder()
            .setName("cow-7")
            .setStatusValue(3)
            .setStateSince(Times.fromText("2026-02-03T04:05:06.123Z"))
            .setDurableSequence(12)
            .setLocation(point(-3, 4))
            .setDisplacement(6_074_000_896f)
            .setTravelled(12_345_678_901.23456)
            .setDistance(5.5f)
            .setLatest(Record.newBuilder()
                    .setPosition(99)
                    .setSource("cow-7")
                    .setSequence(12)
                    .setStatusValue(3)
                    .setInfo("lame")
                    .setRecordedAt(Times.fromText("2026-02-03T04:06:06Z")))
            .build();

    @RegisterExtension
    private final ScriptedServer server = new ScriptedServer();

    @Test
    void allPagesArePrintedUnderOneLineOfTitles() {
        server.answer(page("sa", "a")).answer(page("sb", "b")).answer(page("sc", ""));

        CommandRun run = server.run("sources");

        assertThat(run.outLines()).extracting(line -> line.substring(0, 2)).containsExactly("SO", "sa", "sb", "sc");
        assertThat(server.requests())
                .extracting(request -> ((ListSourcesRequest) request).getPageToken())
                .containsExactly("", "a", "b");
    }

    @Test
    void optionsAskForSourcesAPlaceASilenceAndStates() {
        server.answer(page("s", ""));

        server.run(
                "sources",
                "--near",
                "-3,4",
                "--within",
                "500",
                "--silent",
                "10m",
                "--status",
                "STARVED",
                "cow-7",
                "@dog");

        assertThat(server.requests())
                .containsExactly(ListSourcesRequest.newBuilder()
                        .setPageSize(1_000)
                        .addSources("cow-7")
                        .addSources("@dog")
                        .addStatusesValue(3)
                        .setNear(Near.newBuilder().setPoint(point(-3, 4)).setWithin(500))
                        .setSilentFor(Duration.newBuilder().setSeconds(600))
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"17, 17,", "2026-02-03T04:05:06Z, , 2026-02-03T04:05:06Z"})
    void earlierMomentIsAPositionOrATimeAndHasStatesAlone(String at, Long position, String time) {
        server.answer(ListSourcesResponse.newBuilder()
                .addSources(
                        Source.newBuilder().setName("cow-7").setStatusValue(3).setStateSince(COW.getStateSince()))
                .build());

        CommandRun run = server.run("sources", "--at", at);

        Moment.Builder moment = Moment.newBuilder();
        assertThat(server.requests())
                .containsExactly(ListSourcesRequest.newBuilder()
                        .setPageSize(1_000)
                        .setAsOf(time == null ? moment.setPosition(position) : moment.setTime(Times.fromText(time)))
                        .build());
        assertThat(run.outLines())
                .containsExactly(
                        "SOURCE            STATUS   SINCE", "cow-7             STARVED  2026-02-03T04:05:06.123Z");
    }

    @Test
    void tableHasTheTrackAndTheDistanceFromThePointThatWasNamed() {
        server.answer(ListSourcesResponse.newBuilder().addSources(COW).build());
        server.answer(ListSourcesResponse.newBuilder().addSources(COW).build());

        assertThat(server.run("sources").outLines())
                .containsExactly(
                        "SOURCE            STATUS   SINCE                     LOCATION        TRAVELLED"
                                + "  RECORDED                  INFO",
                        "cow-7             STARVED  2026-02-03T04:05:06.123Z  -3,4      12345678901.235"
                                + "  2026-02-03T04:06:06.000Z  lame");
        assertThat(server.run("sources", "--near", "0,0").outLines().get(0)).contains("LOCATION  DISTANCE  ");
    }

    @Test
    void sourceWithoutALocationHasDashes() {
        server.answer(ListSourcesResponse.newBuilder()
                .addSources(COW.toBuilder().clearLocation())
                .build());

        assertThat(server.run("sources").outLines().get(1)).contains("Z  -                 -  2026");
    }

    @Test
    void jsonHasTheLatestRecordAndTheTrack() {
        server.answer(ListSourcesResponse.newBuilder().addSources(COW).build());

        assertThat(server.run("sources", "--json", "--near", "0,0").outLines())
                .containsExactly("{\"position\":99,\"source\":\"cow-7\",\"sequence\":12,\"status\":\"STARVED\","
                        + "\"info\":\"lame\",\"recorded_at\":\"2026-02-03T04:06:06.000000000Z\",\"durable_sequence\":12,"
                        + "\"state_since\":\"2026-02-03T04:05:06.123000000Z\",\"location\":{\"x\":-3,\"y\":4},"
                        + "\"displacement\":6074000896,\"travelled\":12345678901.23456,\"distance\":5.5}");
    }

    @ParameterizedTest
    @CsvSource({
        "--within 500, --near",
        "--near 0,  a point X",
        "--near=3;4, a point X",
        "--near=0;0 --within -1, a finite distance",
        "--near=0;0 --within NaN, a finite distance",
        "--near=0;0 --within 5d, a finite distance",
        "--silent 10, a duration with its unit",
        "--at 5 --silent 10m, --at without --near and --silent",
        "--at 5 --near=0;0, --at without --near and --silent",
        "--at yesterday, a time in RFC 3339",
        "--watch, 'Expected a terminal for --watch; for a pipe or a file, use ''read --follow''.'",
        "--watch --json, --watch without --at and --json",
        "--watch --at 5, --watch without --at and --json",
        "--retry-for 5s, --retry-for together with --watch only"
    })
    void wrongUsageIsNamedAndNobodyIsCalled(String options, String message) {
        server.assertRefuses("sources " + options.replace("0;0", "0,0"), message);
    }

    private static ListSourcesResponse page(String source, String next) {
        return ListSourcesResponse.newBuilder()
                .addSources(Source.newBuilder().setName(source))
                .setNextPageToken(next)
                .build();
    }

    private static Point point(int x, int y) {
        return Point.newBuilder().setX(x).setY(y).build();
    }
}
