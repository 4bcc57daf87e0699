package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.waystate.InProcessTest;
import dev.waystate.geometry.Point;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A token goes on with the list that it came from, and with no other. */
@InProcessTest
class PageTokenTests {

    @GrpcClient("waystate")
    StateLogServiceBlockingStub stub;

    @Autowired
    StateLog stateLog;

    @BeforeEach
    void fillLog() {
        if (stateLog.head() == 0) {
            for (String source : List.of("a", "b", "c")) {
                Report ok = new Report(Status.OK.getNumber(), "", null, new Point(1, 2));
                Report tired = new Report(Status.TIRED.getNumber(), "", null, new Point(3, 4));
                stateLog.append(new Batch(source, 1, List.of(tired, ok, tired, ok)))
                        .toCompletableFuture()
                        .join();
            }
        }
    }

    /** Returns the first pages of lists that all have a second one. */
    static List<Message> lists() {
        return Stream.of(
                        sources(),
                        sources().addStatuses(Status.OK),
                        sources().addStatuses(Status.OK).addStatuses(Status.TIRED),
                        sources().setSilentFor(Duration.getDefaultInstance()),
                        sources().setSilentFor(Duration.newBuilder().setNanos(1)),
                        sources().setNear(near(0, 0)),
                        sources().setNear(near(1, 0)),
                        sources().setNear(near(0, 0).setWithin(100)),
                        sources().setNear(near(0, 0).setWithin(101)),
                        sources().setNear(near(0, 0)).addStatuses(Status.OK),
                        sources().setAsOf(Moment.newBuilder().setPosition(11)),
                        sources().setAsOf(Moment.newBuilder().setPosition(12)),
                        sources().setAsOf(Moment.newBuilder().setTime(time(2_100))),
                        ListRecordsRequest.newBuilder().setPageSize(1).setSource("a"),
                        ListRecordsRequest.newBuilder().setPageSize(1).setSource("b"),
                        ListRecordsRequest.newBuilder()
                                .setPageSize(1)
                                .setSource("a")
                                .addStatuses(Status.OK),
                        ListTransitionsRequest.newBuilder().setPageSize(1).setSource("a"),
                        ListTransitionsRequest.newBuilder().setPageSize(1).setSource("b"))
                .map(Message.Builder::build)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("lists")
    void tokenOfOneListIsRefusedByEveryOther(Message list) {
        String token = nextPageToken(list);
        for (Message other : lists()) {
            if (other.equals(list)) {
                assertThat(call(with(list, "page_token", token))).isNotNull();
            } else {
                assertRefused(with(other, "page_token", token));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void textThatIsNoTokenIsRefused(Message list) {
        String token = nextPageToken(list);
        String swapped = token.charAt(token.length() - 3) == 'A' ? "B" : "A";
        for (String text : List.of(
                "xx",
                "Y293LTc",
                "A".repeat(10_000),
                token.substring(0, 4),
                token + "AAAA",
                token.substring(0, token.length() - 3) + swapped + token.substring(token.length() - 2),
                Base64.getUrlEncoder().encodeToString("b".getBytes(StandardCharsets.UTF_8)))) {
            assertRefused(with(list, "page_token", text));
        }
    }

    /** Clients know all that a token is made of. */
    @Test
    void aPlaceThatCannotBeIsRefusedThoughItsTokenIsRight() {
        ListRecordsRequest records =
                ListRecordsRequest.newBuilder().setSource("a").build();
        PageToken ofRecords = new PageToken(stateLog.id(), records);
        for (long position : new long[] {Long.MIN_VALUE, -1, 0}) {
            for (boolean known : new boolean[] {false, true}) {
                assertRefused(with(records, "page_token", ofRecords.of(new HistoryPlace(position, known))));
            }
        }
        assertThat(call(with(records, "page_token", ofRecords.of(new HistoryPlace(1, true)))))
                .isNotNull();
        assertRefused(with(records, "page_token", ofRecords.of("a name")));

        ListTransitionsRequest transitions =
                ListTransitionsRequest.newBuilder().setSource("a").build();
        assertRefused(with(transitions, "page_token", new PageToken(stateLog.id(), transitions).of(Long.MIN_VALUE)));

        ListSourcesRequest near =
                ListSourcesRequest.newBuilder().setNear(near(0, 0)).build();
        PageToken ofNear = new PageToken(stateLog.id(), near);
        for (long high : new long[] {Long.MIN_VALUE, -1, 5}) {
            assertRefused(with(near, "page_token", ofNear.of(new NearPlace(new SquaredDistance(high, 0), "a"))));
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void pagesMayDifferInSizeAndPosition(Message list) {
        Message next = with(with(list, "page_token", nextPageToken(list)), "page_size", 2);

        assertThat(call(with(next, "min_position", 1L))).isNotEqualTo(call(with(list, "page_size", 2)));
    }

    @Test
    void statusesMayComeInAnotherOrder() {
        ListSourcesRequest list =
                sources().addStatuses(Status.TIRED).addStatuses(Status.OK).build();
        ListSourcesRequest reordered = sources()
                .addStatuses(Status.OK)
                .addStatuses(Status.TIRED)
                .addStatuses(Status.OK)
                .setPageToken(nextPageToken(list))
                .build();

        assertThat(stub.listSources(reordered).getSources(0).getName()).isEqualTo("b");
    }

    @Test
    void timeOfAsOfMayMoveOn() {
        ListSourcesRequest.Builder list = sources().setAsOf(Moment.newBuilder().setTime(time(2_100)));
        list.setPageToken(nextPageToken(list.build()))
                .setAsOf(Moment.newBuilder().setTime(time(2_101)));

        assertThat(stub.listSources(list.build()).getSources(0).getName()).isEqualTo("b");
    }

    private static ListSourcesRequest.Builder sources() {
        return ListSourcesRequest.newBuilder().setPageSize(1);
    }

    private static Near.Builder near(int x, int y) {
        return Near.newBuilder()
                .setPoint(dev.waystate.proto.Point.newBuilder().setX(x).setY(y));
    }

    private static Timestamp time(int year) {
        return Timestamp.newBuilder()
                .setSeconds(Instant.parse(year + "-01-01T00:00:00Z").getEpochSecond())
                .build();
    }

    private static Message with(Message request, String field, Object value) {
        return request.toBuilder().setField(field(request, field), value).build();
    }

    private static FieldDescriptor field(Message message, String name) {
        return message.getDescriptorForType().findFieldByName(name);
    }

    private String nextPageToken(Message request) {
        Message page = call(request);
        String token = (String) page.getField(field(page, "next_page_token"));
        assertThat(token).as("there is a second page").isNotEmpty();
        return token;
    }

    private Message call(Message request) {
        if (request instanceof ListSourcesRequest sources) {
            return stub.listSources(sources);
        }
        return request instanceof ListRecordsRequest records
                ? stub.listRecords(records)
                : stub.listTransitions((ListTransitionsRequest) request);
    }

    private void assertRefused(Message request) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> call(request));
        assertThat(refusal).as(request.toString()).isNotNull();
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith("page_token: expected ");
    }
}
