package dev.waystate.statelog.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingStub;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.proto.v1.Transition;
import dev.waystate.statelog.StateLog;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Where sources are, how far they went, and which states they were in, as clients ask for it. */
@InProcessTest
class WayTests {

    private static final AtomicInteger CORNERS = new AtomicInteger();

    private static final Metadata.Key<String> SOURCE =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> LOCATION =
            Metadata.Key.of("waystate-location", Metadata.ASCII_STRING_MARSHALLER);

    @GrpcClient("waystate")
    StateLogServiceBlockingStub stub;

    @GrpcClient("waystate")
    StateLogServiceStub asyncStub;

    @GrpcClient("waystate")
    RequestStreamingStub reporting;

    @Autowired
    StateLog stateLog;

    /** Each test has a corner of the plane, and sources, of its own. */
    private final int corner = 10_000_000 * CORNERS.incrementAndGet();

    private final String prefix = UUID.randomUUID() + " ";

    @Test
    void aSourceShowsWhereItIsAndHowFarItWent() {
        append(
                "cow",
                located(0, 0),
                located(3, 4),
                located(0, 0),
                Report.newBuilder().setStatus(Status.STARVED));
        Source cow = near(Near.newBuilder().setPoint(point(6, 8)).setWithin(10)).get(0);
        assertThat(cow.getName()).isEqualTo(prefix + "cow");
        assertThat(cow.getStatus()).isEqualTo(Status.STARVED);
        assertThat(cow.getLatest().hasLocation()).isFalse();
        assertThat(cow.getLocation()).isEqualTo(point(0, 0));
        assertThat(cow.getDisplacement()).isZero();
        assertThat(cow.getTravelled()).isEqualTo(10);
        assertThat(cow.getDistance()).isEqualTo(10);
        assertThat(cow.getStateSince()).isEqualTo(cow.getLatest().getRecordedAt());
    }

    @Test
    void theNearestComePageByPage() {
        for (int i = 0; i < 25; i++) {
            append("s%02d".formatted(i), located(i % 5, 0));
        }
        List<String> names = new ArrayList<>();
        ListSourcesRequest.Builder request = ListSourcesRequest.newBuilder()
                .setPageSize(7)
                .setNear(Near.newBuilder().setPoint(point(0, 0)).setWithin(3));
        ListSourcesResponse page;
        do {
            page = stub.listSources(request.build());
            page.getSourcesList().forEach(source -> names.add(source.getName().substring(prefix.length())));
            request.setPageToken(page.getNextPageToken());
        } while (!page.getNextPageToken().isEmpty());
        assertThat(names)
                .containsExactly(
                        "s00", "s05", "s10", "s15", "s20", "s01", "s06", "s11", "s16", "s21", "s02", "s07", "s12",
                        "s17", "s22", "s03", "s08", "s13", "s18", "s23");
    }

    @Test
    void silenceAndStateNarrowWhoIsNear() {
        append("ok", located(0, 0));
        append("starved", located(1, 0).setStatus(Status.STARVED));
        ListSourcesRequest.Builder request = ListSourcesRequest.newBuilder()
                .setNear(Near.newBuilder().setPoint(point(0, 0)).setWithin(5));
        assertThat(names(request.clone().addStatuses(Status.STARVED))).containsExactly("starved");
        assertThat(names(request.clone().setSilentFor(Duration.newBuilder().setSeconds(600))))
                .isEmpty();
        await().untilAsserted(() -> assertThat(
                        names(request.clone().setSilentFor(Duration.newBuilder().setNanos(50_000_000))))
                .containsExactly("ok", "starved"));
        assertThat(names(request.clone().setSilentFor(Duration.newBuilder().setSeconds(Long.MAX_VALUE))))
                .isEmpty();
    }

    @Test
    void namesChooseTheSourcesAndBelongToThePages() {
        append("a", located(0, 0));
        append("b", located(1, 0));
        append("c", located(2, 0));
        ListSourcesRequest.Builder request = ListSourcesRequest.newBuilder().setPageSize(1);
        ListSourcesResponse first = stub.listSources(request.clone()
                .addAllSources(List.of(prefix + "nobody", prefix + "c", prefix + "a"))
                .build());
        request.setPageToken(first.getNextPageToken());
        assertThat(first.getSourcesList()).extracting(Source::getName).containsExactly(prefix + "a");
        assertThat(names(request.clone().addAllSources(List.of(prefix + "c", prefix + "a", prefix + "nobody"))))
                .containsExactly("c");
        assertInvalid(request.clone().addSources(prefix + "c"), "page_token");

        request.clearPageToken();
        assertThat(names(request.clone()
                        .addSources(prefix + "b")
                        .setNear(Near.newBuilder().setPoint(point(0, 0)))))
                .containsExactly("b");
        assertThat(stub.listSources(request.clone()
                                .addSources(prefix + "b")
                                .setAsOf(Moment.newBuilder().setPosition(stateLog.head()))
                                .build())
                        .getSourcesList())
                .extracting(Source::getName)
                .containsExactly(prefix + "b");
        assertInvalid(request.clone().addSources("cow").addSources(""), "sources[1]");
        assertInvalid(request.clone().addAllSources(Collections.nCopies(101, "cow")), "sources");
    }

    @Test
    void asOfAnEarlierMomentTheStatesAreThoseOfThen() {
        append("cow", located(0, 0));
        long then = stateLog.head();
        append("cow", Report.newBuilder().setStatus(Status.STARVED));
        Source past = asOf(Moment.newBuilder().setPosition(then));
        assertThat(past.getStatus()).isEqualTo(Status.OK);
        assertThat(past.hasLatest()).isFalse();
        assertThat(past.getStateSince()).isEqualTo(record(then).getRecordedAt());
        assertThat(asOf(Moment.newBuilder().setPosition(then + 1)).getStatus()).isEqualTo(Status.STARVED);
        assertThat(asOf(Moment.newBuilder().setTime(record(then + 1).getRecordedAt()))
                        .getStatus())
                .isEqualTo(Status.STARVED);
    }

    @Test
    void theSummaryIsAsOfAMomentAndOverTime() {
        append("cow", located(0, 0));
        long then = stateLog.head();
        GetSummaryResponse before = stub.getSummary(GetSummaryRequest.getDefaultInstance());
        append("cow", Report.newBuilder().setStatus(Status.STARVED));
        GetSummaryResponse past = stub.getSummary(GetSummaryRequest.newBuilder()
                .setAsOf(Moment.newBuilder().setPosition(then))
                .build());
        assertThat(past.getAsOfPosition()).isEqualTo(then);
        assertThat(past.getHeadPosition()).isEqualTo(then + 1);
        assertThat(past.getLogId()).isEqualTo(stateLog.id());
        assertThat(past.getStatusesList())
                .isEqualTo(before.getStatusesList().stream()
                        .filter(count -> count.getSources() > 0)
                        .map(count ->
                                StatusCount.newBuilder(count).clearReports().build())
                        .toList());
        GetSummaryResponse over = stub.getSummary(GetSummaryRequest.newBuilder()
                .setPeriod(Period.newBuilder()
                        .setStartTime(record(then).getRecordedAt())
                        .setEndTime(record(then + 1).getRecordedAt())
                        .setSteps(2))
                .build());
        assertThat(over.getAsOfPosition()).isEqualTo(then + 1);
        assertThat(over.getSnapshotsCount()).isEqualTo(2);
        assertThat(over.getSnapshots(0).getPosition()).isEqualTo(then);
        assertThat(over.getSnapshots(0).getStatusesList()).isEqualTo(past.getStatusesList());
        assertThat(over.getSnapshots(1).getTime()).isEqualTo(record(then + 1).getRecordedAt());
        assertThat(over.getSnapshots(1).getStatusesList())
                .isEqualTo(over.getStatusesList().stream()
                        .filter(count -> count.getSources() > 0)
                        .map(count ->
                                StatusCount.newBuilder(count).clearReports().build())
                        .toList());
    }

    @Test
    void theHistoryOfASourceIsItsRecordsAndItsStates() {
        append("cow", located(0, 0), located(0, 1), Report.newBuilder().setStatus(Status.STARVED));
        append("dog", located(0, 0));
        append("cow", located(5, 5));
        ListRecordsRequest.Builder records =
                ListRecordsRequest.newBuilder().setSource(prefix + "cow").setPageSize(3);
        ListRecordsResponse first = stub.listRecords(records.build());
        assertThat(first.getRecordsList()).extracting(Record::getSequence).containsExactly(4L, 3L, 2L);
        ListRecordsResponse second =
                stub.listRecords(records.setPageToken(first.getNextPageToken()).build());
        assertThat(second.getRecordsList()).extracting(Record::getSequence).containsExactly(1L);
        assertThat(second.getRecords(0).getLocation()).isEqualTo(point(0, 0));
        assertThat(second.getNextPageToken()).isEmpty();
        assertInvalid(
                () -> stub.listRecords(ListRecordsRequest.newBuilder()
                        .setSource(prefix + "dog")
                        .setPageToken(first.getNextPageToken())
                        .build()),
                "page_token");
        assertThat(stub.listRecords(records.clearPageToken()
                                .addStatuses(Status.STARVED)
                                .build())
                        .getRecordsList())
                .extracting(Record::getSequence)
                .containsExactly(3L);
        ListTransitionsResponse states = stub.listTransitions(
                ListTransitionsRequest.newBuilder().setSource(prefix + "cow").build());
        assertThat(states.getTransitionsList())
                .extracting(Transition::getStatus)
                .containsExactly(Status.OK, Status.STARVED, Status.OK);
        assertThat(states.getTransitions(0).hasUntil()).isFalse();
        assertThat(states.getTransitions(1).getUntil())
                .isEqualTo(states.getTransitions(0).getSince());
    }

    @Test
    void aPageOfStatesIsOfItsSourceAlone() {
        append("cow", located(0, 0), located(0, 0).setStatus(Status.STARVED));
        append("dog", located(0, 0));
        ListTransitionsRequest.Builder states =
                ListTransitionsRequest.newBuilder().setSource(prefix + "cow").setPageSize(1);
        String token = stub.listTransitions(states.build()).getNextPageToken();
        assertThat(stub.listTransitions(states.setPageToken(token).build()).getTransitionsList())
                .extracting(Transition::getStatus)
                .containsExactly(Status.OK);
        assertInvalid(
                () -> stub.listTransitions(states.setSource(prefix + "dog").build()), "page_token");
    }

    @Test
    void aMomentThatIsToComeIsNotAboveTheHead() {
        append("cow", located(0, 0));
        GetSummaryResponse summary = stub.getSummary(GetSummaryRequest.newBuilder()
                .setAsOf(Moment.newBuilder().setTime(Timestamp.newBuilder().setSeconds(9_000_000_000L)))
                .build());
        assertThat(summary.getAsOfPosition()).isEqualTo(summary.getHeadPosition());
    }

    @Test
    void aLocationInAnEntryOfBytesIsRefused() {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("waystate-location-bin", Metadata.BINARY_BYTE_MARSHALLER), "3,4".getBytes(US_ASCII));
        Recorder<Data, Empty> recorder = new Recorder<>();
        reporting
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .streamState(recorder)
                .onCompleted();
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(recorder.awaitEnd().getDescription()).contains("waystate-location", "without -bin");
    }

    @Test
    void whoHasNeverReportedIsNotFound() {
        StatusRuntimeException unknown = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.listRecords(
                        ListRecordsRequest.newBuilder().setSource("nobody").build()));
        assertThat(unknown.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(reason(unknown).getReason()).isEqualTo("SOURCE_UNKNOWN");
        assertThat(unknown.getStatus().getDescription()).contains("nobody");
    }

    @Test
    void aReadingBeginsAtATime() {
        append("cow", located(0, 0));
        long last = stateLog.head();
        append("cow", located(0, 1), located(0, 2));
        assertThat(read(ReadRequest.newBuilder().setSince(record(last + 1).getRecordedAt())))
                .containsExactly(last + 1, last + 2);
        assertThat(read(ReadRequest.newBuilder().setSince(Timestamp.newBuilder().setSeconds(1))))
                .hasSize((int) stateLog.head());
        assertThat(read(ReadRequest.newBuilder().setSince(Timestamp.newBuilder().setSeconds(9_000_000_000L))))
                .isEmpty();
    }

    @Test
    void aReadingFromTheHeadHasOnlyWhatComes() {
        append("cow", located(0, 0));
        assertThat(read(ReadRequest.newBuilder().setFromHead(FromHead.getDefaultInstance())))
                .isEmpty();
        Recorder<ReadRequest, ReadResponse> follower = new Recorder<>();
        asyncStub.read(
                ReadRequest.newBuilder()
                        .setFromHead(FromHead.getDefaultInstance())
                        .setFollow(true)
                        .addSources(prefix + "cow")
                        .build(),
                follower);
        assertThat(follower.awaitResponse(1).hasCaughtUp()).isTrue();
        append("cow", located(0, 1));
        assertThat(follower.awaitResponse(2).getBatch().getRecords(0).getPosition())
                .isEqualTo(stateLog.head());
        follower.cancel();
    }

    @Test
    void aReadingSeesWhatHappensInAPlace() {
        long before = stateLog.head();
        append("cow", located(0, 0), located(3, 4), located(4, 4), Report.newBuilder());
        assertThat(read(ReadRequest.newBuilder()
                        .setAfterPosition(before)
                        .setWithin(Circle.newBuilder().setCenter(point(0, 0)).setRadius(5))))
                .containsExactly(before + 1, before + 2);
    }

    @Test
    void aPositionOfAnotherLogIsRefused() {
        append("cow", located(0, 0));
        assertThat(read(ReadRequest.newBuilder().setLogId(stateLog.id().toUpperCase(Locale.ROOT))))
                .isNotEmpty();
        Recorder<ReadRequest, ReadResponse> recorder = new Recorder<>();
        asyncStub.read(
                ReadRequest.newBuilder()
                        .setLogId("0".repeat(32))
                        .setFollow(true)
                        .build(),
                recorder);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        ErrorInfo reason = reason((StatusRuntimeException) recorder.awaitEnd().getCause());
        assertThat(reason.getReason()).isEqualTo("LOG_CHANGED");
        assertThat(reason.getMetadataMap())
                .containsEntry("log_id", stateLog.id())
                .containsEntry("head_position", Long.toString(stateLog.head()));
    }

    @Test
    void everyAnswerOfTheLogHasItsId() {
        assertThat(append("cow", located(0, 0)).getLogId()).isEqualTo(stateLog.id());
        stub.read(ReadRequest.getDefaultInstance())
                .forEachRemaining(response -> assertThat(response.getLogId()).isEqualTo(stateLog.id()));
    }

    @Test
    void theLocationOfAStreamHoldsForAllOfItsReports() {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder = stream(" " + corner + " ,-4 ");
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(stateLog.read(before, 1 << 20))
                .hasSize(2)
                .allSatisfy(
                        stored -> assertThat(stored.location()).isEqualTo(new dev.waystate.geometry.Point(corner, -4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3,4,5", "3;4", "a,b", "3.5,4", "2147483648,0", "99999999999,0", "0x3,4"})
    void aLocationThatIsNoneIsRefused(String location) {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder = stream(location);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(recorder.awaitEnd().getDescription())
                .startsWith("metadata waystate-location: expected x,y, two int32 numbers");
        assertThat(stateLog.head()).isEqualTo(before);
    }

    @Test
    void whatIsOutOfRangeIsRefusedByItsField() {
        assertInvalid(ListSourcesRequest.newBuilder().setNear(Near.newBuilder().setWithin(-1)), "near.within");
        assertInvalid(ListSourcesRequest.newBuilder().setNear(Near.newBuilder().setWithin(Double.NaN)), "near.within");
        assertInvalid(
                ListSourcesRequest.newBuilder().setNear(Near.newBuilder().setWithin(Double.POSITIVE_INFINITY)),
                "near.within");
        assertInvalid(ListSourcesRequest.newBuilder().setNear(Near.newBuilder()).setPageToken("Y293"), "page_token");
        assertInvalid(
                ListSourcesRequest.newBuilder()
                        .setSilentFor(Duration.newBuilder().setSeconds(-1)),
                "silent_for");
        assertInvalid(ListSourcesRequest.newBuilder().setAsOf(Moment.newBuilder()), "as_of");
        assertInvalid(
                ListSourcesRequest.newBuilder()
                        .setAsOf(Moment.newBuilder().setPosition(1))
                        .setNear(Near.newBuilder()),
                "as_of");
        assertInvalid(() -> stub.listRecords(ListRecordsRequest.getDefaultInstance()), "source");
        assertInvalid(
                () -> stub.listRecords(ListRecordsRequest.newBuilder()
                        .setSource("a")
                        .setPageToken("Y293")
                        .build()),
                "page_token");
        assertInvalid(() -> stub.listTransitions(ListTransitionsRequest.getDefaultInstance()), "source");
        assertMissing(Period.newBuilder(), "period.start_time");
        assertMissing(
                Period.newBuilder()
                        .setEndTime(Timestamp.newBuilder().setSeconds(6))
                        .setSteps(2),
                "period.start_time");
        assertMissing(
                Period.newBuilder()
                        .setStartTime(Timestamp.newBuilder().setSeconds(-6))
                        .setSteps(2),
                "period.end_time");
        Period.Builder period = Period.newBuilder()
                .setStartTime(Timestamp.newBuilder().setSeconds(5))
                .setEndTime(Timestamp.newBuilder().setSeconds(5));
        assertInvalid(() -> summary(period.setSteps(2)), "period.end_time");
        assertInvalid(
                () -> summary(
                        period.setEndTime(Timestamp.newBuilder().setSeconds(6)).setSteps(1)),
                "period.steps");
        assertInvalid(() -> summary(period.setSteps(1_001)), "period.steps");
        assertInvalid(
                () -> read(
                        ReadRequest.newBuilder().setWithin(Circle.newBuilder().setRadius(-1))),
                "within.radius");
        assertInvalid(
                () -> read(
                        ReadRequest.newBuilder().setSince(Timestamp.newBuilder().setNanos(-1))),
                "since");
    }

    private void assertMissing(Period.Builder period, String field) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> summary(period));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).isEqualTo(field + ": expected a time, but it is missing");
    }

    private GetSummaryResponse summary(Period.Builder period) {
        return stub.getSummary(GetSummaryRequest.newBuilder().setPeriod(period).build());
    }

    private void assertInvalid(ListSourcesRequest.Builder request, String field) {
        assertInvalid(() -> stub.listSources(request.build()), field);
    }

    private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String field) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith(field + ": expected ");
    }

    private Recorder<Data, Empty> stream(String location) {
        Metadata headers = new Metadata();
        headers.put(SOURCE, prefix + "streaming");
        headers.put(LOCATION, location);
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = reporting
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .streamState(recorder);
        requests.onNext(Data.newBuilder().setStatus(Status.OK).build());
        requests.onNext(Data.newBuilder().setStatus(Status.OK).build());
        requests.onCompleted();
        return recorder;
    }

    private AppendResponse append(String name, Report.Builder... reports) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests = asyncStub.append(recorder);
        requests.onNext(AppendRequest.newBuilder().setSource(prefix + name).build());
        AppendRequest.Builder request = AppendRequest.newBuilder()
                .setFirstSequence(recorder.awaitResponse(1).getDurableSequence() + 1);
        for (Report.Builder report : reports) {
            request.addReports(report);
        }
        requests.onNext(request.build());
        requests.onCompleted();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        return recorder.responses().get(1);
    }

    private Report.Builder located(int x, int y) {
        return Report.newBuilder().setStatus(Status.OK).setLocation(point(x, y));
    }

    private Point point(int x, int y) {
        return Point.newBuilder().setX(corner + x).setY(y - corner).build();
    }

    private List<Source> near(Near.Builder near) {
        return stub.listSources(ListSourcesRequest.newBuilder().setNear(near).build())
                .getSourcesList();
    }

    private List<String> names(ListSourcesRequest.Builder request) {
        return stub.listSources(request.build()).getSourcesList().stream()
                .map(source -> source.getName().substring(prefix.length()))
                .toList();
    }

    private Source asOf(Moment.Builder moment) {
        return stub
                .listSources(ListSourcesRequest.newBuilder()
                        .setAsOf(moment)
                        .setPageSize(1_000)
                        .build())
                .getSourcesList()
                .stream()
                .filter(source -> source.getName().equals(prefix + "cow"))
                .findFirst()
                .orElseThrow();
    }

    private Record record(long position) {
        return stub.withDeadlineAfter(20, TimeUnit.SECONDS)
                .read(ReadRequest.newBuilder().setAfterPosition(position - 1).build())
                .next()
                .getBatch()
                .getRecords(0);
    }

    private List<Long> read(ReadRequest.Builder request) {
        List<Long> positions = new ArrayList<>();
        stub.withDeadlineAfter(20, TimeUnit.SECONDS)
                .read(request.build())
                .forEachRemaining(response ->
                        response.getBatch().getRecordsList().forEach(stored -> positions.add(stored.getPosition())));
        return positions;
    }

    private static ErrorInfo reason(StatusRuntimeException refusal) {
        return StatusProto.fromThrowable(refusal).getDetailsList().stream()
                .filter(detail -> detail.is(ErrorInfo.class))
                .findFirst()
                .map(detail -> {
                    try {
                        return detail.unpack(ErrorInfo.class);
                    } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                        throw new AssertionError(broken);
                    }
                })
                .orElseThrow();
    }
}
