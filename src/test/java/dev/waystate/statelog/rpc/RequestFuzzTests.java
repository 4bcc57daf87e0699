package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.waystate.geometry.Circle;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.Report;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.Transition;
import dev.waystate.statelog.UnsupportedLog;
import dev.waystate.text.Names;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;

/** Whatever bytes come as a request are either a valid one or refused by what is wrong with them. */
class RequestFuzzTests {

    private static final int MAX_INFO_BYTES = 64;
    private static final ReportChecks REPORTS =
            new ReportChecks(new StateLogServiceProperties(0, DataSize.ofBytes(MAX_INFO_BYTES), Duration.ofSeconds(1)));
    private static final StateLog LOG = new EmptyLog();
    private static final Moments MOMENTS = new Moments(LOG);
    private static final SourcePages PAGES = new SourcePages(LOG, MOMENTS);
    private static final HistoryPages HISTORY = new HistoryPages(LOG);
    private static final Summaries SUMMARIES = new Summaries(LOG, MOMENTS);

    static Stream<byte[]> seeds() {
        Report report = Report.newBuilder()
                .setStatusValue(-1)
                .setInfo("Requires watering.\0")
                .setReportedAt(Timestamp.newBuilder().setSeconds(9_214_646_399L).setNanos(999_999_999))
                .build();
        return Stream.of(
                seed(
                        0,
                        Data.newBuilder()
                                .setStatusValue(99)
                                .setInfo("\ud83d\udc04")
                                .build()
                                .toByteArray()),
                seed(0, HexFormat.of().parseHex("1203eda080")),
                seed(0, HexFormat.of().parseHex("7b".repeat(101))),
                seed(
                        1,
                        AppendRequest.newBuilder()
                                .setSource("cow-7")
                                .setFirstSequence(1)
                                .addReports(report)
                                .build()
                                .toByteArray()),
                seed(
                        1,
                        AppendRequest.newBuilder()
                                .setFirstSequence(Long.MAX_VALUE)
                                .addReports(report)
                                .build()
                                .toByteArray()),
                seed(
                        2,
                        ReadRequest.newBuilder()
                                .setAfterPosition(1)
                                .addSources("cow-7")
                                .addStatusesValue(2)
                                .setFollow(true)
                                .build()
                                .toByteArray()),
                seed(
                        3,
                        ListSourcesRequest.newBuilder()
                                .setPageSize(10)
                                .setPageToken(new PageToken(
                                                LOG.id(),
                                                ListSourcesRequest.newBuilder()
                                                        .addStatusesValue(2)
                                                        .build())
                                        .of("cow-7"))
                                .addStatusesValue(2)
                                .build()
                                .toByteArray()),
                seed(
                        3,
                        ListSourcesRequest.newBuilder()
                                .setPageToken("_-%")
                                .build()
                                .toByteArray()),
                seed(
                        3,
                        ListSourcesRequest.newBuilder()
                                .setNear(Near.newBuilder().setWithin(500))
                                .setSilentFor(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(600))
                                .setPageToken(new PageToken(
                                                LOG.id(),
                                                ListSourcesRequest.newBuilder()
                                                        .setNear(Near.newBuilder()
                                                                .setWithin(500))
                                                        .setSilentFor(com.google.protobuf.Duration.newBuilder()
                                                                .setSeconds(600))
                                                        .build())
                                        .of(new NearPlace(new SquaredDistance(0, 1), "cow")))
                                .build()
                                .toByteArray()),
                seed(
                        3,
                        ListSourcesRequest.newBuilder()
                                .setAsOf(Moment.newBuilder().setPosition(5))
                                .build()
                                .toByteArray()),
                seed(
                        4,
                        ListRecordsRequest.newBuilder()
                                .setSource("cow-7")
                                .setPageToken(new PageToken(
                                                LOG.id(),
                                                ListRecordsRequest.newBuilder()
                                                        .setSource("cow-7")
                                                        .addStatusesValue(2)
                                                        .build())
                                        .of(new HistoryPlace(9, true)))
                                .addStatusesValue(2)
                                .build()
                                .toByteArray()),
                seed(
                        5,
                        ListTransitionsRequest.newBuilder()
                                .setSource("cow-7")
                                .setPageToken(new PageToken(
                                                LOG.id(),
                                                ListTransitionsRequest.newBuilder()
                                                        .setSource("cow-7")
                                                        .build())
                                        .of(9L))
                                .build()
                                .toByteArray()),
                seed(
                        6,
                        GetSummaryRequest.newBuilder()
                                .setAsOf(Moment.newBuilder()
                                        .setTime(Timestamp.newBuilder().setSeconds(5)))
                                .setPeriod(Period.newBuilder()
                                        .setStartTime(Timestamp.newBuilder().setSeconds(5))
                                        .setEndTime(Timestamp.newBuilder().setSeconds(9))
                                        .setSteps(3))
                                .build()
                                .toByteArray()),
                seed(7, "cow-7".getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] seed(int kind, byte[] request) {
        ByteArrayOutputStream seed = new ByteArrayOutputStream();
        seed.write(kind);
        seed.writeBytes(request);
        return seed.toByteArray();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void everyRequestIsTakenOrRefusedByItsField(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] request = Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            switch (bytes[0]) {
                case 0 -> checkData(Data.parseFrom(request));
                case 1 -> checkAppend(AppendRequest.parseFrom(request));
                case 2 -> checkRead(ReadRequest.parseFrom(request));
                case 3 -> PAGES.page(ListSourcesRequest.parseFrom(request), StateLogService.MOST_BYTES);
                case 4 -> HISTORY.records(ListRecordsRequest.parseFrom(request), StateLogService.MOST_BYTES);
                case 5 -> HISTORY.transitions(ListTransitionsRequest.parseFrom(request), HistoryPages.TRANSITION_BYTES);
                case 6 -> SUMMARIES.summary(GetSummaryRequest.parseFrom(request));
                default -> checkSource(new String(request, StandardCharsets.UTF_8));
            }
        } catch (InvalidRequestException refused) {
            assertThat(refused.getMessage())
                    .startsWith(refused.field() + ": expected ")
                    .hasSizeLessThan(250);
        } catch (InvalidProtocolBufferException noMessage) {
            // becomes INVALID_ARGUMENT, too
        }
    }

    private static void checkData(Data data) {
        dev.waystate.statelog.Report report = REPORTS.fromData(data, null, 0);
        assertThat(report.info()).isEqualTo(data.getInfo());
        assertThat(report.info().getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(MAX_INFO_BYTES);
        assertThat(report.status()).isEqualTo(data.getStatusValue());
    }

    private static void checkAppend(AppendRequest request) {
        Batch batch = REPORTS.fromRequest("cow-7", null, request);
        assertThat(batch.reports()).hasSize(request.getReportsCount());
        for (dev.waystate.statelog.Report report : batch.reports()) {
            if (report.reportedAt() != null) {
                Math.addExact(
                        Math.multiplyExact(report.reportedAt().getEpochSecond(), 1_000_000_000L),
                        report.reportedAt().getNano());
            }
        }
    }

    private static void checkRead(ReadRequest request) {
        RecordFilter filter = RecordFilter.fromRequest(request);
        assertThat(filter.sources().size() + filter.statuses().size()).isLessThanOrEqualTo(200);
    }

    private static void checkSource(String name) {
        if (Names.problem(name).isEmpty()) {
            assertThat(name).isNotBlank().isEqualTo(name.strip()).doesNotContainPattern("\\p{Cntrl}");
            assertThat(name.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(256);
        }
    }

    /** Answers without a record, so that only the request is tried. */
    private static final class EmptyLog extends UnsupportedLog {

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public Page<SourceState, String> sources(
                SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
            assertThat(limit).isBetween(1, 1_000);
            return new Page<>(List.of(), null);
        }

        @Override
        public Page<SourceState, NearPlace> nearest(
                Circle circle, SourceFilter filter, NearPlace afterExclusive, int limit, int maxBytes) {
            assertThat(limit).isBetween(1, 1_000);
            assertThat(circle.radius()).isFinite().isNotNegative();
            return new Page<>(List.of(), null);
        }

        @Override
        public Page<Transition, String> sourcesAt(
                long position, SourceFilter filter, String afterNameExclusive, int limit) {
            assertThat(position).isNotNegative();
            assertThat(limit).isBetween(1, 1_000);
            return new Page<>(List.of(), null);
        }

        @Override
        public Page<StateRecord, HistoryPlace> records(
                String source, HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
            assertThat(Names.problem(source)).isEmpty();
            assertThat(limit).isBetween(1, 1_000);
            return new Page<>(List.of(), null);
        }

        @Override
        public Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit) {
            assertThat(Names.problem(source)).isEmpty();
            assertThat(limit).isBetween(1, 1_000);
            return new Page<>(List.of(), null);
        }

        @Override
        public long positionAt(Instant time) {
            return 0;
        }

        @Override
        public Summary summary() {
            return new Summary(1, 0, List.of());
        }

        @Override
        public List<StatusCount> statusesAt(long position) {
            assertThat(position).isNotNegative();
            return List.of();
        }

        @Override
        public List<Snapshot> statusesAt(List<Instant> times, int maxStatuses) {
            assertThat(times).hasSizeBetween(2, 1_000).isSorted();
            return List.of();
        }
    }
}
