package dev.waystate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingProto;
import dev.waystate.proto.Status;
import dev.waystate.proto.Unary;
import dev.waystate.proto.topic.v1.EntryProto;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import dev.waystate.proto.v1.DisplacementProto;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Heartbeat;
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
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogProto;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.proto.v1.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract is what programs in the field, and topics, were built with: names, numbers, types, options, and bytes. */
class ContractTests {

    private static final Path DESCRIPTORS = Path.of("src", "test", "contract", "descriptors.txtpb");

    private static final Timestamp TIME =
            Timestamp.newBuilder().setSeconds(1_770_000_000).setNanos(5).build();
    private static final Record RECORD = Record.newBuilder()
            .setPosition(300)
            .setSource("cow-7")
            .setSequence(2)
            .setStatus(Status.STARVED)
            .setInfo("hay")
            .setReportedAt(TIME)
            .setRecordedAt(TIME)
            .build();
    private static final String RECORD_BYTES =
            "08ac021205636f772d3718022003" + "2a03686179" + "320808809d80cc061005" + "3a0808809d80cc061005";
    private static final Point POINT = Point.newBuilder().setX(300).setY(301).build();
    private static final String POINT_BYTES = "08ac0210ad02";
    private static final Displacement DISPLACEMENT = Displacement.newBuilder()
            .setStart(Point.newBuilder().setY(12))
            .setEnd(Point.newBuilder().setX(-1).setY(14))
            .build();
    private static final String DISPLACEMENT_BYTES = "0a02100c120d08ffffffffffffffffff01100e";

    static Stream<FileDescriptor> files() {
        return Stream.of(
                Unary.getDescriptor(),
                RequestStreamingProto.getDescriptor(),
                DisplacementProto.getDescriptor(),
                StateLogProto.getDescriptor(),
                EntryProto.getDescriptor());
    }

    @Test
    void allFilesOfTheContractAreCompared() throws IOException {
        Path proto = Path.of("proto");
        try (Stream<Path> all = Files.walk(proto)) {
            assertThat(files().map(FileDescriptor::getName))
                    .containsExactlyInAnyOrderElementsOf(
                            all.filter(file -> file.toString().endsWith(".proto"))
                                    .map(file -> proto.relativize(file).toString())
                                    .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void theContractIsTheOneThatIsCommitted(FileDescriptor file) throws Exception {
        FileDescriptorSet committed = TextFormat.parse(Files.readString(DESCRIPTORS), FileDescriptorSet.class);
        assertThat(committed.getFileList().stream()
                        .filter(known -> known.getName().equals(file.getName()))
                        .map(ContractTests::comparable))
                .as(
                        "a change of proto/ that breaks nobody is committed with what src/docs/change.md, 'A new RPC', says")
                .containsExactly(comparable(file.toProto()));
    }

    /** Leaves out what the compilers differ in: names for JSON that are the usual ones, and options that are empty. */
    private static String comparable(FileDescriptorProto file) {
        FileDescriptorProto.Builder comparable = file.toBuilder();
        comparable.getMessageTypeBuilderList().stream()
                .flatMap(message -> message.getFieldBuilderList().stream())
                .forEach(FieldDescriptorProto.Builder::clearJsonName);
        comparable.getServiceBuilderList().stream()
                .flatMap(service -> service.getMethodBuilderList().stream())
                .filter(method -> method.getOptions().getSerializedSize() == 0)
                .forEach(MethodDescriptorProto.Builder::clearOptions);
        return TextFormat.printer().printToString(comparable);
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                arguments(DISPLACEMENT, DISPLACEMENT_BYTES),
                arguments(
                        Displacement.newBuilder()
                                .setEnd(Point.newBuilder()
                                        .setX(Integer.MIN_VALUE)
                                        .setY(Integer.MAX_VALUE))
                                .build(),
                        "121108" + "80808080f8ffffffff01" + "10ffffffff07"),
                arguments(
                        DisplacementResponse.newBuilder()
                                .setDistance(12.165525f)
                                .build(),
                        "0dfea54241"),
                arguments(
                        Data.newBuilder().setStatus(Status.THIRSTY).setInfo("ä").build(), "08021202c3a4"),
                arguments(Data.newBuilder().setStatusValue(-1).build(), "08ffffffffffffffffff01"),
                arguments(
                        ComputeDisplacementsRequest.newBuilder()
                                .addDisplacements(DISPLACEMENT)
                                .build(),
                        "0a13" + DISPLACEMENT_BYTES),
                arguments(
                        ComputeDisplacementsResponse.newBuilder()
                                .addDistances(1)
                                .addDistances(12.165525f)
                                .build(),
                        "0a080000803ffea54241"),
                arguments(
                        AppendRequest.newBuilder()
                                .setSource("cow-7")
                                .setFirstSequence(2)
                                .addReports(Report.newBuilder()
                                        .setStatus(Status.TIRED)
                                        .setInfo("hay")
                                        .setReportedAt(TIME))
                                .build(),
                        "0a05636f772d371002" + "1a11" + "0804" + "1203686179" + "1a0808809d80cc061005"),
                arguments(
                        AppendRequest.newBuilder()
                                .addReports(Report.newBuilder().setLocation(POINT))
                                .build(),
                        "1a08" + "2206" + POINT_BYTES),
                arguments(AppendResponse.newBuilder().setDurableSequence(300).build(), "08ac02"),
                arguments(AppendResponse.newBuilder().setLogId("ab").build(), "12026162"),
                arguments(
                        ReadRequest.newBuilder()
                                .setSince(TIME)
                                .setWithin(Circle.newBuilder().setCenter(POINT).setRadius(1.5))
                                .setLogId("ab")
                                .build(),
                        "2a0808809d80cc061005" + "3a11" + "0a06" + POINT_BYTES + "11000000000000f83f" + "42026162"),
                arguments(
                        ReadRequest.newBuilder()
                                .setFromHead(FromHead.getDefaultInstance())
                                .build(),
                        "3200"),
                arguments(
                        ReadResponse.newBuilder()
                                .setLogId("ab")
                                .setBatch(RecordBatch.newBuilder()
                                        .addRecords(Record.newBuilder().setLocation(POINT)))
                                .build(),
                        "220a" + "0a08" + "4206" + POINT_BYTES + "3a026162"),
                arguments(
                        ListRecordsRequest.newBuilder()
                                .setSource("cow-7")
                                .setPageSize(10)
                                .setPageToken("emI")
                                .addStatuses(Status.OK)
                                .build(),
                        "0a05636f772d37" + "100a" + "1a03656d49" + "220101"),
                arguments(
                        ListRecordsResponse.newBuilder()
                                .addRecords(RECORD)
                                .setNextPageToken("emI")
                                .build(),
                        "0a27" + RECORD_BYTES + "1203656d49"),
                arguments(
                        ListSourcesRequest.newBuilder()
                                .setNear(Near.newBuilder().setPoint(POINT).setWithin(0))
                                .setSilentFor(Duration.newBuilder().setSeconds(600))
                                .setAsOf(Moment.newBuilder().setPosition(0))
                                .build(),
                        "2211" + "0a06" + POINT_BYTES + "110000000000000000" + "2a0308d804" + "32020800"),
                arguments(
                        Source.newBuilder()
                                .setName("cow-7")
                                .setStatus(Status.STARVED)
                                .setStateSince(TIME)
                                .setLocation(POINT)
                                .setDisplacement(12.165525f)
                                .setTravelled(1.5)
                                .setDistance(1)
                                .build(),
                        "1a05636f772d37" + "2003" + "2a0808809d80cc061005" + "3206" + POINT_BYTES + "3dfea54241"
                                + "41000000000000f83f" + "4d0000803f"),
                arguments(
                        ListTransitionsRequest.newBuilder()
                                .setSource("cow-7")
                                .setPageSize(10)
                                .setPageToken("emI")
                                .build(),
                        "0a05636f772d37" + "100a" + "1a03656d49"),
                arguments(
                        ListTransitionsResponse.newBuilder()
                                .addTransitions(Transition.newBuilder()
                                        .setPosition(300)
                                        .setStatus(Status.STARVED)
                                        .setSince(TIME)
                                        .setUntil(TIME))
                                .setNextPageToken("emI")
                                .build(),
                        "0a19" + "08ac02" + "1003" + "1a0808809d80cc061005" + "220808809d80cc061005" + "1203656d49"),
                arguments(
                        GetSummaryRequest.newBuilder()
                                .setAsOf(Moment.newBuilder().setTime(TIME))
                                .setPeriod(Period.newBuilder()
                                        .setStartTime(TIME)
                                        .setEndTime(TIME)
                                        .setSteps(300))
                                .build(),
                        "0a0a" + "120808809d80cc061005" + "1217" + "0a0808809d80cc061005" + "120808809d80cc061005"
                                + "18ac02"),
                arguments(
                        GetSummaryResponse.newBuilder()
                                .setLogId("ab")
                                .setAsOfPosition(300)
                                .addSnapshots(Snapshot.newBuilder()
                                        .setTime(TIME)
                                        .setPosition(300)
                                        .addStatuses(StatusCount.newBuilder().setSources(6)))
                                .build(),
                        "22026162" + "28ac02" + "3211" + "0a0808809d80cc061005" + "10ac02" + "1a021806"),
                arguments(
                        ReadRequest.newBuilder()
                                .setAfterPosition(0)
                                .addSources("cow-7")
                                .addStatuses(Status.OK)
                                .addStatusesValue(300)
                                .setFollow(true)
                                .build(),
                        "0800" + "1205636f772d37" + "1a0301ac02" + "2001"),
                arguments(
                        ReadResponse.newBuilder()
                                .setPosition(300)
                                .setHeadPosition(301)
                                .setSentAt(TIME)
                                .setBatch(RecordBatch.newBuilder().addRecords(RECORD))
                                .build(),
                        "08ac0210ad02" + "1a0808809d80cc061005" + "2229" + "0a27" + RECORD_BYTES),
                arguments(
                        ReadResponse.newBuilder()
                                .setCaughtUp(CaughtUp.getDefaultInstance())
                                .build(),
                        "2a00"),
                arguments(
                        ReadResponse.newBuilder()
                                .setHeartbeat(Heartbeat.getDefaultInstance())
                                .build(),
                        "3200"),
                arguments(
                        ListSourcesRequest.newBuilder()
                                .setPageSize(10)
                                .setPageToken("emI")
                                .addStatuses(Status.OK)
                                .build(),
                        "080a1203656d491a0101"),
                arguments(
                        ListSourcesResponse.newBuilder()
                                .addSources(
                                        Source.newBuilder().setLatest(RECORD).setDurableSequence(2))
                                .setNextPageToken("emI")
                                .build(),
                        "0a2b" + "0a27" + RECORD_BYTES + "1002" + "1203656d49"),
                arguments(
                        GetSummaryResponse.newBuilder()
                                .setEarliestPosition(1)
                                .setHeadPosition(300)
                                .addStatuses(StatusCount.newBuilder()
                                        .setStatus(Status.OK)
                                        .setReports(5)
                                        .setSources(6))
                                .build(),
                        "080110ac021a06080110051806"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messagesAreTheBytesThatTheyHaveAlwaysBeen(Message message, String bytes) throws Exception {
        assertThat(HexFormat.of().formatHex(message.toByteArray())).isEqualTo(bytes);
        assertThat(message.getParserForType().parseFrom(HexFormat.of().parseHex(bytes)))
                .isEqualTo(message);
    }

    @Test
    void whatALaterVersionAddsIsKept() throws Exception {
        ByteString added = ByteString.copyFrom(HexFormat.of().parseHex("08021202c3a4" + "fa06026869"));
        assertThat(Data.parseFrom(added).toByteString()).isEqualTo(added);
    }
}
