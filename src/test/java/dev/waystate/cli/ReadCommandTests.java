package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.text.Times;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ReadCommandTests {

    private static final ReadResponse CAUGHT_UP = ReadResponse.newBuilder()
            .setPosition(9)
            .setLogId("abc")
            .setCaughtUp(CaughtUp.getDefaultInstance())
            .build();

    private static final StatusRuntimeException LOG_CHANGED =
            StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                    .setCode(9)
                    .setMessage("The log is another one")
                    .addDetails(Any.pack(ErrorInfo.newBuilder()
                            .setReason("LOG_CHANGED")
                            .putMetadata("log_id", "def")
                            .putMetadata("head_position", "4")
                            .build()))
                    .build());

    private static final StatusRuntimeException BEYOND_HEAD =
            StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                    .setCode(11)
                    .setMessage("The position is above the head")
                    .addDetails(Any.pack(ErrorInfo.newBuilder()
                            .setReason("POSITION_BEYOND_HEAD")
                            .putMetadata("head_position", "4")
                            .build()))
                    .build());

    @RegisterExtension
    private final ScriptedServer server = new ScriptedServer();

    static Stream<Arguments> starts() {
        ReadRequest.Builder read = ReadRequest.newBuilder();
        return Stream.of(
                Arguments.of("read", read.build()),
                Arguments.of("read --after 0", read.setAfterPosition(0).build()),
                Arguments.of(
                        "read --after 5 --log-id abc",
                        read.setAfterPosition(5).setLogId("abc").build()),
                Arguments.of(
                        "read --since 2026-02-03T04:05:06Z",
                        read.clear()
                                .setSince(Times.fromText("2026-02-03T04:05:06Z"))
                                .build()),
                Arguments.of(
                        "read --from-now --follow",
                        read.setFollow(true)
                                .setFromHead(FromHead.getDefaultInstance())
                                .build()),
                Arguments.of(
                        "read --near -3,4 --within 2.5",
                        read.clear()
                                .setWithin(Circle.newBuilder()
                                        .setCenter(Point.newBuilder().setX(-3).setY(4))
                                        .setRadius(2.5))
                                .build()));
    }

    @Test
    void replicaThatLagsBehindAnotherIsNoOtherLog() {
        server.fail(Status.UNAVAILABLE.asRuntimeException(), CAUGHT_UP)
                .fail(BEYOND_HEAD)
                .answer(CAUGHT_UP);

        CommandRun run = server.runOverReplicas("read", "--follow");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(server.requests())
                .extracting(request -> ((ReadRequest) request).getAfterPosition())
                .containsExactly(0L, 9L, 9L);
    }

    @Test
    void replicaThatLagsForTooLongIsToldWithItsHead() {
        server.fail(BEYOND_HEAD);

        CommandRun run = server.runOverReplicas("read", "--after=9", "--log-id=abc", "--retry-for=0s");

        assertThat(run.exitCode()).isEqualTo(64 + 14);
        assertThat(run.err()).contains("has not come to position 9 yet", "the newest position is 4");
    }

    /** One server, or a position without a log's id: only the refusal is certain. */
    @Test
    void positionBeyondTheHeadOfOneServerOrOfAnyLogIsRefused() {
        server.fail(BEYOND_HEAD).fail(BEYOND_HEAD);

        CommandRun oneServer = server.run("read", "--after=9", "--log-id=abc");
        CommandRun anyLog = server.runOverReplicas("read", "--after=9");

        assertThat(List.of(oneServer.exitCode(), anyLog.exitCode())).containsExactly(64 + 11, 64 + 11);
        assertThat(server.requests()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("starts")
    void optionsSayWhereToBeginAndWhatToRead(String line, ReadRequest request) {
        server.answer(CAUGHT_UP);

        assertThat(server.run(line.split(" ")).exitCode()).isZero();

        assertThat(server.requests()).containsExactly(request);
    }

    @Test
    void ageIsCountedBackFromNow() {
        server.answer(CAUGHT_UP);

        server.run("read", "--since", "10m");

        Instant since = Times.toInstant(((ReadRequest) server.requests().get(0)).getSince());
        assertThat(Duration.between(since, Instant.now())).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 10, 7", "10, 1, 10, 0", "11, 1, 10, 0", "9223372036854775807, 1, 10, 0", "8, 5, 10, 4"})
    void lastRecordsBeginBeforeTheHeadOfTheSameLog(String count, long earliest, long head, long after) {
        server.answer(summary(earliest, head)).answer(CAUGHT_UP);

        server.run("read", "--last", count);

        assertThat(server.requests())
                .containsExactly(
                        GetSummaryRequest.getDefaultInstance(),
                        ReadRequest.newBuilder()
                                .setAfterPosition(after)
                                .setLogId("abc")
                                .build());
    }

    @Test
    void outageBeforeTheFirstRecordIsWaitedFor() {
        server.fail(Status.UNAVAILABLE.asRuntimeException())
                .answer(summary(1, 10))
                .fail(Status.UNAVAILABLE.asRuntimeException())
                .answer(CAUGHT_UP);

        assertThat(server.run("read", "--last", "3").exitCode()).isZero();

        ReadRequest read =
                ReadRequest.newBuilder().setAfterPosition(7).setLogId("abc").build();
        assertThat(server.requests())
                .containsExactly(
                        GetSummaryRequest.getDefaultInstance(), GetSummaryRequest.getDefaultInstance(), read, read);
    }

    @Test
    void followerThatReconnectsNamesTheLogThatItHasRead() {
        server.fail(Status.UNAVAILABLE.asRuntimeException(), batch(8)).answer(batch(9), CAUGHT_UP);

        CommandRun run = server.run("read", "--follow", "--since", "2026-02-03T04:05:06Z", "--json");

        assertThat(run.outLines()).hasSize(2);
        assertThat(server.requests())
                .containsExactly(
                        ReadRequest.newBuilder()
                                .setFollow(true)
                                .setSince(Times.fromText("2026-02-03T04:05:06Z"))
                                .build(),
                        ReadRequest.newBuilder()
                                .setFollow(true)
                                .setAfterPosition(8)
                                .setLogId("abc")
                                .build());
    }

    @Test
    void otherLogEndsAFollowerWithTheWayToStartOver() {
        server.fail(Status.UNAVAILABLE.asRuntimeException(), batch(8)).fail(LOG_CHANGED);

        CommandRun run = server.run("read", "--follow");

        assertThat(run.exitCode()).isEqualTo(64 + 9);
        assertThat(run.err())
                .contains(
                        "Everything up to position 8 of the log abc was read.",
                        "FAILED_PRECONDITION: The log is another one",
                        "its id is def, its newest position 4",
                        "leave out --after and --log-id, or use --since")
                .doesNotContain("go on with --after");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void readerThatIsCutOffSaysFromWhereToGoOnInTheSameLog() {
        server.fail(Status.DATA_LOSS.asRuntimeException(), batch(8));

        assertThat(server.run("read").err())
                .contains("Everything up to position 8 was read: go on with --after 8 --log-id abc.");
    }

    @ParameterizedTest
    @CsvSource({
        "--after 1 --since 10m, Expected only one of --",
        "--last 1 --after 1, Expected only one of --",
        "--last 1 --from-now --follow, Expected only one of --",
        "--since 1h --from-now --follow, Expected only one of --",
        "--from-now, --follow together with --from-now",
        "--after=-1, a position from 0 on",
        "--last 0, a number from 1 on",
        "--since 10, a duration with its unit",
        "--since yesterday, a time in RFC 3339",
        "--log-id abc, --log-id together with --after",
        "--log-id abc --last 1, --log-id together with --after",
        "--within 5, --near",
        "--near 3;4, --within together with --near",
        "--source tired\ud83d, whole characters"
    })
    void wrongUsageIsNamedAndNobodyIsCalled(String options, String message) {
        server.assertRefuses("read " + options.replace(';', ','), message);
    }

    private static Message summary(long earliest, long head) {
        return GetSummaryResponse.newBuilder()
                .setEarliestPosition(earliest)
                .setHeadPosition(head)
                .setLogId("abc")
                .build();
    }

    private static ReadResponse batch(long position) {
        return ReadResponse.newBuilder()
                .setPosition(position)
                .setLogId("abc")
                .setBatch(
                        RecordBatch.newBuilder().addRecords(Record.newBuilder().setPosition(position)))
                .build();
    }
}
