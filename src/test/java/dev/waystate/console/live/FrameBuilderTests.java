package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.geometry.Point;
import dev.waystate.proto.v1.Record;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.StateRecord;
import dev.waystate.text.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FrameBuilderTests {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** A report at some position. */
    record Report(
            String source,
            int status,
            String info,
            @Nullable Point location) {}

    @Provide
    Arbitrary<List<Report>> reports() {
        Arbitrary<Point> points = Combinators.combine(Arbitraries.integers(), Arbitraries.integers())
                .as(Point::new)
                .injectNull(0.5);
        Arbitrary<String> texts =
                Arbitraries.strings().withChars("a/\"\\\n\u0000\u2028é€").ofMaxLength(20);
        return Combinators.combine(
                        Arbitraries.of("cow-7", "cow-8", "a/b", "\"", "é€😀"),
                        Arbitraries.integers().between(-1, 3),
                        texts,
                        points)
                .as(Report::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(300);
    }

    @Property(tries = 200)
    void aFrameIsWhatANaiveModelMakesOfItsRecords(@ForAll("reports") List<Report> reports) {
        List<StateRecord> records = records(reports);
        FrameBuilder builder = new FrameBuilder(41);
        records.forEach(record -> assertThat(builder.add(record)).isTrue());

        JsonNode frame = data(builder.build(BEGIN));

        assertThat(frame.get("after").asLong()).isEqualTo(41);
        assertThat(frame.get("position").asLong()).isEqualTo(41 + records.size());
        assertThat(frame.get("count").asLong()).isEqualTo(records.size());
        assertThat(frame.get("now").asString()).isEqualTo("2026-01-01T00:00:00.000000000Z");
        int omitted = Math.max(0, records.size() - FrameBuilder.MAX_RECORDS);
        assertThat(frame.get("omitted").asInt()).isEqualTo(omitted);
        assertThat(frame.get("records").valueStream())
                .containsExactlyElementsOf(records.stream()
                        .skip(omitted)
                        .map(FrameBuilderTests::asPrinted)
                        .toList());
        assertThat(frame.get("sources").valueStream()).containsExactlyElementsOf(model(records));
    }

    /** Says the same as the contract, source by source, from all of its records. */
    private static List<JsonNode> model(List<StateRecord> records) {
        Map<String, List<StateRecord>> bySource = new LinkedHashMap<>();
        records.forEach(record -> bySource.computeIfAbsent(record.source(), source -> new ArrayList<>())
                .add(record));
        return bySource.values().stream()
                .sorted((one, other) ->
                        Long.compare(last(one).position(), last(other).position()))
                .map(FrameBuilderTests::source)
                .toList();
    }

    private static JsonNode source(List<StateRecord> records) {
        StateRecord last = last(records);
        int run = records.size() - 1;
        while (run > 0 && records.get(run - 1).status() == last.status()) {
            run--;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        JsonNode printed = asPrinted(last);
        printed.propertyStream()
                .filter(member ->
                        !member.getKey().equals("location") && !member.getKey().equals("sequence"))
                .forEach(member -> members.put(member.getKey(), member.getValue()));
        members.put("since", asPrinted(records.get(run)).get("recorded_at"));
        members.put("whole", run == 0);
        records.stream()
                .filter(record -> record.location() != null)
                .reduce((before, next) -> next)
                .ifPresent(record -> members.put("location", asPrinted(record).get("location")));
        return JSON.readTree(JSON.writeValueAsString(members));
    }

    private static StateRecord last(List<StateRecord> records) {
        return records.get(records.size() - 1);
    }

    /** Returns the record as {@code read --json} prints it. */
    private static JsonNode asPrinted(StateRecord record) {
        Record.Builder message = Record.newBuilder()
                .setPosition(record.position())
                .setSource(record.source())
                .setSequence(record.sequence())
                .setStatusValue(record.status())
                .setInfo(record.info())
                .setRecordedAt(timestamp(record.recordedAt()));
        if (record.reportedAt() != null) {
            message.setReportedAt(timestamp(record.reportedAt()));
        }
        if (record.location() != null) {
            message.setLocation(dev.waystate.proto.Point.newBuilder()
                    .setX(record.location().x())
                    .setY(record.location().y()));
        }
        return JSON.readTree(Json.text(Json.record(message.build())));
    }

    @Property(tries = 50)
    void aFrameIsBoundedInBytesAndTheNextOneGoesOn(@ForAll("reports") List<Report> reports) {
        List<StateRecord> records = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // each time with other sources, and longer texts
            String more = "\u0001€".repeat(i * 3);
            int round = i;
            reports.forEach(report -> records.add(record(
                    records.size() + 1,
                    new Report(report.source() + round, report.status(), report.info() + more, report.location()))));
        }
        long position = 0;
        long seen = 0;
        while (position < records.size()) {
            FrameBuilder builder = new FrameBuilder(position);
            while (builder.position() < records.size() && builder.add(records.get((int) builder.position()))) {
                // as many as it takes
            }
            Frame frame = builder.build(BEGIN);
            assertThat(frame.bytes().length)
                    .isLessThan(FrameBuilder.MAX_SOURCES_BYTES + FrameBuilder.MAX_RECORDS_BYTES + 1024);
            assertThat(frame.after()).isEqualTo(position);
            assertThat(frame.position()).isGreaterThan(position);
            seen += data(frame).get("count").asLong();
            position = frame.position();
        }
        assertThat(seen).isEqualTo(records.size());
    }

    @Test
    void manySourcesTakeMoreThanOneFrame() {
        FrameBuilder builder = new FrameBuilder(0);
        int added = 0;
        while (builder.add(record(added + 1, new Report("robot-" + added, 1, "x".repeat(100), null)))) {
            added++;
        }
        assertThat(added).isBetween(500, 2_000);
        assertThat(builder.build(BEGIN).bytes().length)
                .isLessThan(FrameBuilder.MAX_SOURCES_BYTES + FrameBuilder.MAX_RECORDS_BYTES);
    }

    @Test
    void aSourceThatReportsAgainAndAgainTakesTheRoomOfOne() {
        FrameBuilder builder = new FrameBuilder(0);
        for (int i = 1; i <= 20_000; i++) {
            assertThat(builder.add(record(i, new Report("cow-7", 1, "x".repeat(100), null))))
                    .isTrue();
        }
        assertThat(builder.build(BEGIN).bytes().length).isLessThan(FrameBuilder.MAX_RECORDS_BYTES + 1024);
    }

    @Test
    void aReportThatIsTooLargeForAnyFrameHasOneOfItsOwn() {
        FrameBuilder builder = new FrameBuilder(0);
        assertThat(builder.add(record(1, new Report("cow-7", 1, "x".repeat(512 * 1024), null))))
                .isTrue();
        assertThat(builder.add(record(2, new Report("cow-8", 1, "", null)))).isFalse();
        JsonNode frame = data(builder.build(BEGIN));
        assertThat(frame.get("sources").size()).isEqualTo(1);
        assertThat(frame.get("omitted").asInt()).isEqualTo(1);
    }

    private static List<StateRecord> records(List<Report> reports) {
        List<StateRecord> records = new ArrayList<>();
        reports.forEach(report -> records.add(record(42 + records.size(), report)));
        return records;
    }

    /** Returns a record. Every other one has a sequence, and the time at which it was reported. */
    private static StateRecord record(long position, Report report) {
        boolean numbered = position % 2 == 0;
        return new StateRecord(
                position,
                report.source(),
                numbered ? position : Batch.UNNUMBERED,
                report.status(),
                report.info(),
                numbered ? BEGIN.minusNanos(position) : null,
                BEGIN.plusNanos(position),
                report.location());
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    private static JsonNode data(Frame frame) {
        String event = new String(frame.bytes(), StandardCharsets.UTF_8);
        assertThat(event).startsWith("event: frame\ndata: {").endsWith("}\n\n");
        assertThat(event.lines()).hasSize(3);
        return JSON.readTree(event.substring(event.indexOf('{')));
    }
}
