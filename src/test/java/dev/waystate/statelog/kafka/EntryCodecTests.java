package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.waystate.geometry.Point;
import dev.waystate.proto.topic.v1.Entry.KindCase;
import dev.waystate.proto.topic.v1.FormatChange;
import dev.waystate.proto.topic.v1.RecordRow;
import dev.waystate.proto.topic.v1.Rows;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.kafka.EntryCodec.Found;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of entries. */
class EntryCodecTests {

    private static final Path BYTES = Path.of("src", "test", "resources", "topic", "entries.txt");

    private static final long OFFSET = 42;
    private static final String LOG_ID = "00112233445566778899aabbccddeeff";
    private static final Origin ORIGIN = new Origin(UUID.fromString("01234567-89ab-cdef-fedc-ba9876543210"), 300);
    private static final Origin CLAIM = new Origin(UUID.fromString("ffffffff-0000-4000-8000-00000000002a"), 1);

    private static final Map<String, Entry> ENTRIES = entries();

    private static Map<String, Entry> entries() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("genesis", new Entry.Genesis(LOG_ID));
        entries.put(
                "batch",
                new Entry.Append(
                        "cow-7",
                        CLAIM,
                        5,
                        List.of(
                                new Report(
                                        1,
                                        "hay, größer 🐄",
                                        Instant.parse("2026-01-31T23:59:59.000000001Z"),
                                        new Point(3, -4)),
                                new Report(-1, "", Instant.parse("1969-12-31T23:59:59.5Z"), new Point(0, 0)),
                                new Report(0, "", null))));
        entries.put(
                "batch-without-numbers",
                new Entry.Append("cow-7", null, Batch.UNNUMBERED, List.of(new Report(2, "", null))));
        entries.put("batch-without-reports", new Entry.Append("cow-7", null, 1, List.of()));
        entries.put("claim", new Entry.Claim("cow-7"));
        entries.put("release", new Entry.Release("cow-7", CLAIM));
        entries.put("barrier", Entry.BARRIER);
        entries.put("genesis-with-history", new Entry.Genesis(LOG_ID, new History(501, 7)));
        entries.put("rows", rows());
        entries.put("last-rows", new Entry.Rows(List.of(), List.of(), List.of(), List.of(), true));
        return entries;
    }

    private static Entry rows() {
        Instant time = Instant.parse("2026-01-31T23:59:59.000000001Z");
        History.Way way = new History.Way(600, new Point(0, 0), new Point(3, -4), 5.000000000000001, -0x1p-54);
        return new Entry.Rows(
                List.of(
                        new History.Source(3, "cow-7", 12, 601, 12, new Report(1, "hay", time), time, time, way),
                        new History.Source(4, "cow-8", 0, 9, 0, new Report(0, "", null), time, time, null)),
                List.of(
                        new History.Record(3, 11, new Report(-1, "größer", time, new Point(3, -4)), time, 499L),
                        new History.Record(3, 12, new Report(1, "hay", time), time, null),
                        new History.Record(4, 0, new Report(0, "", null), time, 0L)),
                List.of(new History.Transition(3, 601, 1, time)),
                List.of(new History.Total(-1, 300)),
                false);
    }

    static Set<String> names() {
        return ENTRIES.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void entriesAreTheBytesThatTheyHaveAlwaysBeen(String name) throws Exception {
        String[] bytes = goldenBytes().get(name);
        ProducerRecord<byte[], byte[]> sent = EntryCodec.encode("reports", LOG_ID, ORIGIN, ENTRIES.get(name));
        assertThat(List.of(hex(TopicRecords.header(sent)), hex(sent.value())))
                .as(
                        "The bytes of an entry have changed, but topics have the old ones. Give a changed entry a later"
                                + " format, go on to read this one, and leave %s as it is",
                        BYTES)
                .containsExactly(bytes);
        assertThat(decode(HexFormat.of().parseHex(bytes[0]), HexFormat.of().parseHex(bytes[1])))
                .isEqualTo(new Found(LOG_ID, ORIGIN, ENTRIES.get(name)));
    }

    @Test
    void theBytesOfEachKindAreCommitted() throws Exception {
        Set<KindCase> kinds = EnumSet.noneOf(KindCase.class);
        for (String[] bytes : goldenBytes().values()) {
            kinds.add(dev.waystate.proto.topic.v1.Entry.parseFrom(HexFormat.of().parseHex(bytes[1]))
                    .getKindCase());
        }
        assertThat(EnumSet.complementOf(EnumSet.copyOf(kinds)))
                .containsExactlyInAnyOrder(KindCase.FORMAT_CHANGE, KindCase.KIND_NOT_SET);
    }

    private static Map<String, String[]> goldenBytes() throws Exception {
        return Files.readAllLines(BYTES).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(parts -> parts[0], parts -> Arrays.copyOfRange(parts, 1, 3)));
    }

    @Property
    void whatIsEncodedIsDecoded(@ForAll("origins") Origin origin, @ForAll("anyEntries") Entry entry) {
        assertThat(EntryCodec.decode(TopicRecords.record(OFFSET, LOG_ID, origin, entry)))
                .isEqualTo(new Found(LOG_ID, origin, entry));
    }

    /** The largest request that the server takes has to fit into the largest entry. */
    @Property
    void aBatchTakesLittleMoreThanTheRequestThatItComesFrom(
            @ForAll("origins") Origin origin, @ForAll("longBatches") Entry.Append batch) {
        AppendRequest.Builder request = AppendRequest.newBuilder().setFirstSequence(batch.firstSequence());
        batch.reports().forEach(report -> request.addReports(message(report)));
        int bytes = EntryCodec.encode("reports", LOG_ID, origin, batch).value().length;
        assertThat(bytes)
                .isLessThanOrEqualTo(request.build().getSerializedSize() + ReplicatedLogConfiguration.ENTRY_OVERHEAD);
    }

    @Property
    void reportsTakeNoMoreThanTheirBounds(@ForAll("longBatches") Entry.Append batch) {
        dev.waystate.proto.topic.v1.Batch.Builder reports = dev.waystate.proto.topic.v1.Batch.newBuilder();
        long bound = 0;
        for (Report report : batch.reports()) {
            reports.addReports(EntryCodec.message(report));
            bound += EntryCodec.mostBytes(report);
        }
        assertThat((long) reports.build().getSerializedSize()).isLessThanOrEqualTo(bound);
        assertThat(EntryCodec.mostBytes(batch)).isGreaterThan(bound);
    }

    private static dev.waystate.proto.v1.Report message(Report report) {
        dev.waystate.proto.v1.Report.Builder message = dev.waystate.proto.v1.Report.newBuilder()
                .setStatusValue(report.status())
                .setInfo(report.info());
        if (report.reportedAt() != null) {
            message.setReportedAt(Timestamp.newBuilder()
                    .setSeconds(report.reportedAt().getEpochSecond())
                    .setNanos(report.reportedAt().getNano()));
        }
        if (report.location() != null) {
            message.setLocation(dev.waystate.proto.Point.newBuilder()
                    .setX(report.location().x())
                    .setY(report.location().y()));
        }
        return message.build();
    }

    @Provide
    Arbitrary<Origin> origins() {
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.longs().greaterOrEqual(1))
                .as((high, low, counter) -> new Origin(new UUID(high, low), counter));
    }

    @Provide
    Arbitrary<Entry> anyEntries() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(32).map(Entry.Genesis::new),
                batches(20).map(batch -> batch),
                sources().map(Entry.Claim::new),
                Combinators.combine(sources(), origins()).as(Entry.Release::new),
                Arbitraries.just(Entry.BARRIER),
                rowEntries());
    }

    private static Arbitrary<Entry> rowEntries() {
        Arbitrary<Long> numbers = Arbitraries.longs();
        Arbitrary<History.Way> ways = Combinators.combine(
                        numbers, points(), points(), Arbitraries.doubles(), Arbitraries.doubles())
                .as(History.Way::new);
        Arbitrary<History.Source> withoutWay = Combinators.combine(
                        numbers, sources(), numbers, numbers, numbers, reports(), times(), times())
                .as((id, name, durable, position, sequence, report, recorded, since) ->
                        new History.Source(id, name, durable, position, sequence, report, recorded, since, null));
        Arbitrary<History.Source> sources = Combinators.combine(withoutWay, ways.injectNull(0.5))
                .as((source, way) -> new History.Source(
                        source.id(),
                        source.name(),
                        source.durableSequence(),
                        source.position(),
                        source.sequence(),
                        source.report(),
                        source.recordedAt(),
                        source.stateSince(),
                        way));
        Arbitrary<History.Record> records = Combinators.combine(
                        numbers, numbers, reports(), times(), numbers, Arbitraries.of(true, false))
                .as((source, sequence, report, recorded, previous, linked) -> new History.Record(
                        source, sequence, report, recorded, linked || report.location() != null ? previous : null));
        Arbitrary<History.Transition> transitions = Combinators.combine(
                        numbers, numbers, Arbitraries.integers(), times())
                .as(History.Transition::new);
        Arbitrary<History.Total> totals =
                Combinators.combine(Arbitraries.integers(), numbers).as(History.Total::new);
        return Combinators.combine(
                        sources.list().ofMaxSize(5),
                        records.list().ofMaxSize(5),
                        transitions.list().ofMaxSize(5),
                        totals.list().ofMaxSize(5),
                        Arbitraries.of(true, false))
                .as(Entry.Rows::new);
    }

    @Provide
    Arbitrary<Entry.Append> longBatches() {
        return batches(500);
    }

    private Arbitrary<Entry.Append> batches(int mostReports) {
        return Combinators.combine(
                        sources(),
                        origins().injectNull(0.5),
                        Arbitraries.longs().greaterOrEqual(0),
                        reports().list().ofMaxSize(mostReports))
                .as(Entry.Append::new);
    }

    /** The longest has 256 bytes. */
    private static Arbitrary<String> sources() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ascii().ofMaxLength(256),
                Arbitraries.strings().withChars('ä', '牛').ofMaxLength(85));
    }

    private static Arbitrary<Report> reports() {
        return Combinators.combine(
                        Arbitraries.integers(),
                        Arbitraries.strings().withChars('a', 'ä', '牛').ofMaxLength(20),
                        times().injectNull(0.3),
                        points().injectNull(0.3))
                .as(Report::new);
    }

    /** From the earliest to the latest that a report can have. */
    private static Arbitrary<Instant> times() {
        return Combinators.combine(
                        Arbitraries.longs().between(-9_214_560_000L, 9_214_646_399L),
                        Arbitraries.integers().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
    }

    private static Arbitrary<Point> points() {
        return Combinators.combine(Arbitraries.integers(), Arbitraries.integers())
                .as(Point::new);
    }

    @Test
    void recordWithoutTheHeaderIsOfOthers() {
        assertThat(decode(null, "a foreign value".getBytes(StandardCharsets.UTF_8)))
                .isNull();
    }

    @Test
    void valueThatIsNotThatOfTheChecksumIsRefused() {
        ConsumerRecord<byte[], byte[]> record = TopicRecords.record(OFFSET, LOG_ID, ORIGIN, new Entry.Claim("cow-7"));
        record.value()[record.value().length - 1] ^= 1;
        assertThatThrownBy(() -> EntryCodec.decode(record)).satisfies(refused("its checksum is of another value"));
    }

    @Test
    void valueThatIsMissingIsRefused() {
        byte[] header = TopicRecords.header(EntryCodec.encode("reports", LOG_ID, ORIGIN, Entry.BARRIER));
        assertThatThrownBy(() -> decode(header, null)).satisfies(refused("expected a header of 24 bytes, and a value"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 25})
    void headerOfAnotherLengthIsRefused(int length) {
        assertThatThrownBy(() -> decode(new byte[length], new byte[0]))
                .satisfies(refused("expected a header of 24 bytes"));
    }

    /** A value that its writer has cut, with the checksum of what is left. */
    @Test
    void valueThatIsCutIsRefused() {
        byte[] value = EntryCodec.encode("reports", LOG_ID, ORIGIN, ENTRIES.get("batch"))
                .value();
        byte[] cut = Arrays.copyOf(value, value.length - 1);
        assertThatThrownBy(() -> decode(header(1, cut), cut)).satisfies(refused("the input ended unexpectedly"));
    }

    @Test
    void sessionOfAnotherLengthIsRefused() {
        byte[] value = message()
                .setOrigin(dev.waystate.proto.topic.v1.Origin.newBuilder().setSession(ByteString.copyFromUtf8("short")))
                .setBarrier(dev.waystate.proto.topic.v1.Barrier.getDefaultInstance())
                .build()
                .toByteArray();
        assertThatThrownBy(() -> decode(header(1, value), value))
                .satisfies(refused("expected a session of 16 bytes, but it has 5"));
    }

    @Test
    void kindThatIsNotKnownIsOfALaterFormat() {
        UnknownFieldSet kind = UnknownFieldSet.newBuilder()
                .addField(
                        1_000,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.EMPTY)
                                .build())
                .build();
        byte[] value = message().setUnknownFields(kind).build().toByteArray();
        assertThatThrownBy(() -> decode(header(1, value), value))
                .isInstanceOf(UnusableTopicException.class)
                .hasMessageContaining("from offset " + OFFSET + " on it has entries of other kinds")
                .hasMessageEndingWith("Run the later Waystate");
    }

    @Test
    void recordWithALocationThatDoesNotNameTheOneBeforeIsRefused() {
        byte[] value = message()
                .setRows(Rows.newBuilder()
                        .addRecords(RecordRow.newBuilder()
                                .setReport(dev.waystate.proto.topic.v1.Report.newBuilder()
                                        .setLocation(dev.waystate.proto.topic.v1.Location.getDefaultInstance()))))
                .build()
                .toByteArray();
        assertThatThrownBy(() -> decode(header(1, value), value))
                .satisfies(refused("expected a record with a location to name the one before, but it does not"));
    }

    static Stream<Arguments> laterFormats() {
        byte[] change = message()
                .setFormatChange(FormatChange.newBuilder().setFormat(2))
                .build()
                .toByteArray();
        byte[] unreadable = {(byte) 0xff};
        return Stream.of(arguments(header(1, change), change), arguments(header(2, unreadable), unreadable));
    }

    @ParameterizedTest
    @MethodSource("laterFormats")
    void laterFormatIsRefused(byte[] header, byte[] value) {
        assertThatThrownBy(() -> decode(header, value))
                .isInstanceOf(UnusableTopicException.class)
                .hasMessageContaining("The topic reports was written by a later Waystate")
                .hasMessageContaining("from offset " + OFFSET + " on it has format 2")
                .hasMessageEndingWith("Run the later Waystate");
    }

    private static dev.waystate.proto.topic.v1.Entry.Builder message() {
        byte[] session = new byte[16];
        return dev.waystate.proto.topic.v1.Entry.newBuilder()
                .setOrigin(dev.waystate.proto.topic.v1.Origin.newBuilder()
                        .setSession(ByteString.copyFrom(session))
                        .setCounter(1));
    }

    private static Consumer<Throwable> refused(String problem) {
        return thrown -> assertThat(thrown)
                .isInstanceOf(UnusableTopicException.class)
                .hasMessageContaining("The topic reports is damaged: expected an entry at offset " + OFFSET + ", but ")
                .hasMessageContaining(problem)
                .hasMessageEndingWith("restore the topic, or begin a new one from a back-up");
    }

    private static byte[] header(int format, byte[] value) {
        CRC32C checksum = new CRC32C();
        checksum.update(value);
        return ByteBuffer.allocate(24)
                .putInt(format)
                .putInt((int) checksum.getValue())
                .put(HexFormat.of().parseHex(LOG_ID))
                .array();
    }

    private static Found decode(byte[] header, byte[] value) {
        return EntryCodec.decode(TopicRecords.record(OFFSET, 0, header, value));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
