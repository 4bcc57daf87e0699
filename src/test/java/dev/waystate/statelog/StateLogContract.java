package dev.waystate.statelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Summary.StatusCount;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of every state log. */
public abstract class StateLogContract extends LogFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void anEmptyLogHasNoHeadAndNoRecords() {
        assertThat(log.head()).isZero();
        assertThat(log.earliest()).isEqualTo(1);
        assertThat(log.read(0, PAGE_BYTES)).isEmpty();
        assertThat(sources("", Set.of(), 10, PAGE_BYTES)).isEmpty();
        assertThat(log.summary()).isEqualTo(new Summary(1, 0, List.of()));
    }

    @Test
    void recordsSayWhatWasAppended() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS); // as brokers have it
        Instant reportedAt = Instant.parse("2026-02-03T04:05:06.123456789Z");
        append("robot 7", 1, new Report(THIRSTY, "Requires watering.", reportedAt));
        appendUnnumbered("cow", new Report(-5, "\u0000 \ud83d\udc04 \u202e", null));
        List<StateRecord> records = log.read(0, PAGE_BYTES);
        assertThat(records).hasSize(2);
        assertThat(records.get(0))
                .usingRecursiveComparison()
                .ignoringFields("recordedAt")
                .isEqualTo(new StateRecord(
                        1, "robot 7", 1, THIRSTY, "Requires watering.", reportedAt, Instant.EPOCH, null));
        assertThat(records.get(1))
                .usingRecursiveComparison()
                .ignoringFields("recordedAt")
                .isEqualTo(new StateRecord(2, "cow", 0, -5, "\u0000 \ud83d\udc04 \u202e", null, Instant.EPOCH, null));
        assertThat(records.get(0).recordedAt()).isBetween(before, Instant.now());
        assertThat(records.get(1).recordedAt()).isAfterOrEqualTo(records.get(0).recordedAt());
    }

    @Test
    void whatWasStoredLastIsInMemoryAsItIsInTheFile() {
        append("cow", 1, reports(OK, 3));
        assertThat(newest(0)).isEmpty(); // nobody has looked for the name of the source
        assertThat(log.read(0, PAGE_BYTES)).hasSize(3);
        append("cow", 4, reports(THIRSTY, 2));
        assertThat(newest(0)).hasSize(5).isEqualTo(log.read(0, PAGE_BYTES));
        assertThat(newest(3)).hasSize(2).isEqualTo(log.read(3, PAGE_BYTES));
        assertThat(newest(5)).isEmpty();
        append("cow", 6, reports(OK, 1_000));
        assertThat(newest(0)).isEmpty(); // which is not in the newest block any more
        assertThat(newest(1_004)).hasSize(1).isEqualTo(log.read(1_004, PAGE_BYTES));
    }

    private List<StateRecord> newest(long afterPosition) {
        List<StateRecord> found = new ArrayList<>();
        long last = log.readNewest(afterPosition, PAGE_BYTES, stored -> found.add(stored.toRecord()));
        assertThat(last).isEqualTo(afterPosition + found.size());
        return found;
    }

    /** Runs of reports that have much in common, or times that count up, and others that have little, stored together. */
    @Test
    void everyMixOfReportsIsStoredAsItCame() {
        Random random = new Random(9);
        Map<String, List<Report>> sent = new TreeMap<>();
        List<CompletableFuture<Appended>> appended = new ArrayList<>();
        for (int batch = 0; batch < 600; batch++) {
            String source = "s" + random.nextInt(3);
            int kind = random.nextInt(3);
            List<Report> reports = new ArrayList<>();
            for (int i = random.nextInt(60); i >= 0; i--) {
                Report first = reports.isEmpty() ? any(random) : reports.get(0);
                reports.add(kind == 0 ? any(random) : kind == 1 ? first : countingUp(first, reports.size()));
            }
            List<Report> ofSource = sent.computeIfAbsent(source, key -> new ArrayList<>());
            long firstSequence = source.equals("s0") ? ofSource.size() + 1 : Batch.UNNUMBERED;
            ofSource.addAll(reports);
            appended.add(log.append(new Batch(source, firstSequence, reports)).toCompletableFuture());
        }
        appended.forEach(CompletableFuture::join);
        Map<String, List<Report>> stored = new TreeMap<>();
        for (StateRecord record : log.read(0, Integer.MAX_VALUE)) {
            List<Report> ofSource = stored.computeIfAbsent(record.source(), key -> new ArrayList<>());
            ofSource.add(new Report(record.status(), record.info(), record.reportedAt(), record.location()));
            assertThat(record.sequence()).isEqualTo(record.source().equals("s0") ? ofSource.size() : 0);
        }
        assertThat(stored).isEqualTo(sent);
    }

    private static Report any(Random random) {
        int[] coordinates = {Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE};
        return new Report(
                random.nextInt(3),
                random.nextBoolean() ? "" : "info " + random.nextInt(5),
                random.nextBoolean() ? null : Instant.ofEpochSecond(random.nextInt(3)),
                random.nextBoolean()
                        ? null
                        : new Point(coordinates[random.nextInt(4)], coordinates[random.nextInt(4)]));
    }

    private static Report countingUp(Report first, int number) {
        return new Report(
                first.status() + number,
                first.info(),
                first.reportedAt() == null ? null : first.reportedAt().plusNanos(number),
                first.location() == null
                        ? null
                        : new Point(first.location().x(), first.location().y() + number));
    }

    @Test
    void whoeverWaitsForAPositionIsToldWhenItIsNotPartOfTheLog() {
        append("cow", 1, reports(OK, 3));
        assertThat(log.reached(3)).succeedsWithin(TIMEOUT);
        assertThat(log.reached(4))
                .failsWithin(TIMEOUT)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(PositionBeyondHeadException.class);
    }

    @Test
    void timesAtTheEndsOfTheirRangeAreKept() {
        Instant first = Instant.parse("1678-01-01T00:00:00Z");
        Instant last = Instant.parse("2262-01-01T00:00:00Z");
        appendUnnumbered("clock", new Report(OK, "", first), new Report(OK, "", last));
        assertThat(log.read(0, PAGE_BYTES)).extracting(StateRecord::reportedAt).containsExactly(first, last);
    }

    @Test
    void everyStatusNumberIsKept() {
        int[] numbers = {Integer.MIN_VALUE, -1, 0, 4, 5, Integer.MAX_VALUE};
        appendUnnumbered(
                "all",
                IntStream.of(numbers)
                        .mapToObj(number -> new Report(number, "", null))
                        .toArray(Report[]::new));
        assertThat(log.read(0, PAGE_BYTES))
                .extracting(StateRecord::status)
                .containsExactly(Integer.MIN_VALUE, -1, 0, 4, 5, Integer.MAX_VALUE);
    }

    @Test
    void everythingIsThereAfterReopening() throws Exception {
        append("a", 1, reports(OK, 3));
        appendUnnumbered("b", reports(STARVED, 2));
        List<StateRecord> records = log.read(0, PAGE_BYTES);
        Summary summary = log.summary();
        List<SourceState> sources = sources("", Set.of(), 10, PAGE_BYTES);
        close(log);
        log = open();
        assertThat(log.head()).isEqualTo(5);
        assertThat(log.read(0, PAGE_BYTES)).isEqualTo(records);
        assertThat(log.summary()).isEqualTo(summary);
        assertThat(sources("", Set.of(), 10, PAGE_BYTES)).isEqualTo(sources);
        assertThat(append("a", 4, reports(OK, 1))).isEqualTo(4);
        assertThat(log.head()).isEqualTo(6);
    }

    @Test
    void repeatedSequencesAreAcknowledgedAndStoredOnce() {
        assertThat(append("a", 1, reports(OK, 3))).isEqualTo(3);
        assertThat(append("a", 1, reports(OK, 3))).isEqualTo(3);
        assertThat(append("a", 2, reports(OK, 1))).isEqualTo(3);
        assertThat(log.head()).isEqualTo(3);
    }

    @Test
    void ofAnOverlapOnlyTheNewPartIsStored() {
        append("a", 1, new Report(OK, "one", null), new Report(OK, "two", null));
        assertThat(append("a", 2, new Report(OK, "two again", null), new Report(OK, "three", null)))
                .isEqualTo(3);
        assertThat(log.read(0, PAGE_BYTES)).extracting(StateRecord::info).containsExactly("one", "two", "three");
        assertThat(log.read(0, PAGE_BYTES)).extracting(StateRecord::sequence).containsExactly(1L, 2L, 3L);
    }

    @Test
    void gapInSequenceIsRefusedWithTheExpectedOne() {
        append("a", 1, reports(OK, 2));
        assertThat(refusal(new Batch("a", 4, List.of(reports(OK, 1)))))
                .isInstanceOfSatisfying(
                        SequenceGapException.class,
                        gap -> assertThat(gap.expected()).isEqualTo(3));
        assertThat(refusal(new Batch("new", 2, List.of(reports(OK, 1)))))
                .isInstanceOfSatisfying(
                        SequenceGapException.class,
                        gap -> assertThat(gap.expected()).isEqualTo(1));
        assertThat(log.head()).isEqualTo(2);
        assertThat(sources("", Set.of(), 10, PAGE_BYTES)).hasSize(1);
    }

    @Test
    void aRefusedBatchLeavesItsNeighboursAlone() {
        List<CompletableFuture<Appended>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(log.append(new Batch("good " + i, 1, List.of(reports(OK, 2))))
                    .toCompletableFuture());
            results.add(log.append(new Batch("bad " + i, 7, List.of(reports(OK, 2))))
                    .toCompletableFuture());
        }
        for (int i = 0; i < results.size(); i += 2) {
            assertThat(results.get(i)).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(new Appended(2, i + 2));
            assertThat(catchThrowable(results.get(i + 1)::get)).hasCauseInstanceOf(SequenceGapException.class);
        }
        assertThat(log.head()).isEqualTo(200);
    }

    @Test
    void aBatchWithoutReportsTellsWhereToResume() {
        assertThat(append("a", Batch.UNNUMBERED)).isZero();
        append("a", 1, reports(OK, 3));
        assertThat(append("a", Batch.UNNUMBERED)).isEqualTo(3);
        assertThat(log.head()).isEqualTo(3);
    }

    @Test
    void afterATakeOverNothingOfTheEarlierStreamIsStored() {
        try (Claim earlier = log.claim("a")) {
            append(earlier, 1, "one");
            try (Claim later = log.claim("a")) {
                CompletableFuture<Appended> raced = queue(earlier, 2, "of the earlier stream");
                CompletableFuture<Appended> resumed = queue(later, Batch.UNNUMBERED);
                CompletableFuture<Appended> next = queue(later, 2, "of the later stream");
                assertThat(catchThrowable(raced::join)).hasCauseInstanceOf(FencedException.class);
                assertThat(resumed).succeedsWithin(TIMEOUT).isEqualTo(new Appended(1, 1));
                assertThat(next).succeedsWithin(TIMEOUT).isEqualTo(new Appended(2, 2));
            }
            assertThat(refusal(batch(earlier, 3, "later"))).isInstanceOf(FencedException.class);
        }
        assertThat(infos()).containsExactly("one", "of the later stream");
    }

    /** What claims are for: the later stream's report is acknowledged and not stored. */
    @Test
    void withoutClaimsAReportOfTheEarlierStreamStandsForThatOfTheLaterOne() {
        append(null, 1, "one");
        CompletableFuture<Appended> resumed = queue(null, Batch.UNNUMBERED);
        CompletableFuture<Appended> raced = queue(null, 2, "of the earlier stream");
        CompletableFuture<Appended> next = queue(null, 2, "of the later stream");
        assertThat(resumed).succeedsWithin(TIMEOUT);
        assertThat(raced).succeedsWithin(TIMEOUT);
        assertThat(next).succeedsWithin(TIMEOUT).isEqualTo(new Appended(2, 2));
        assertThat(infos()).containsExactly("one", "of the earlier stream");
    }

    @Test
    void anEarlierStreamDoesNotLetGoOfWhatALaterOneHas() {
        Claim earlier = log.claim("a");
        try (Claim later = log.claim("a")) {
            earlier.close();
            append(later, 1, "one");
        }
        assertThat(infos()).containsExactly("one");
    }

    @Test
    void aSourceThatWasLetGoIsTakenByAnyLaterClaim() {
        Claim first = log.claim("a");
        CompletableFuture<Appended> last = queue(first, 1, "one");
        first.close();
        first.close();
        assertThat(last).succeedsWithin(TIMEOUT);
        assertThat(refusal(batch(first, 2, "after the end"))).isInstanceOf(FencedException.class);
        try (Claim second = log.claim("a")) {
            append(second, 2, "two");
        }
        append(null, 3, "three");
        assertThat(infos()).containsExactly("one", "two", "three");
    }

    @Test
    void aBatchThatIsRefusedForItsGapChangesNoClaim() {
        try (Claim claim = log.claim("a");
                Claim other = log.claim("b")) {
            append(claim, 1, "one");
            append(new Batch("b", other, 1, List.of(reports(OK, 1))));
            assertThat(refusal(batch(claim, 7, "seven"))).isInstanceOf(SequenceGapException.class);
            append(claim, 2, "two");
            append(new Batch("b", other, 2, List.of(reports(OK, 1))));
        }
        assertThat(log.read(0, PAGE_BYTES))
                .extracting(StateRecord::source, StateRecord::sequence)
                .containsExactly(tuple("a", 1L), tuple("b", 1L), tuple("a", 2L), tuple("b", 2L));
    }

    @Test
    void aClaimOfAnotherSourceIsNoClaim() {
        try (Claim claim = log.claim("b")) {
            assertThatThrownBy(() -> log.append(batch(claim, 1, "one"))).isInstanceOf(IllegalArgumentException.class);
        }
        append(null, 1, "one");
    }

    private CompletableFuture<Appended> queue(@Nullable Claim claim, long firstSequence, String... infos) {
        return log.append(batch(claim, firstSequence, infos)).toCompletableFuture();
    }

    private void append(@Nullable Claim claim, long firstSequence, String... infos) {
        append(batch(claim, firstSequence, infos));
    }

    private static Batch batch(@Nullable Claim claim, long firstSequence, String... infos) {
        return new Batch(
                "a",
                claim,
                firstSequence,
                Stream.of(infos).map(info -> new Report(OK, info, null)).toList());
    }

    private List<String> infos() {
        return log.read(0, PAGE_BYTES).stream().map(StateRecord::info).toList();
    }

    @Test
    void numberedAndUnnumberedReportsOfASourceDoNotDisturbEachOther() {
        append("a", 1, reports(OK, 2));
        appendUnnumbered("a", reports(STARVED, 2));
        assertThat(append("a", 3, reports(OK, 1))).isEqualTo(3);
        assertThat(log.read(0, PAGE_BYTES)).extracting(StateRecord::sequence).containsExactly(1L, 2L, 0L, 0L, 3L);
    }

    @Test
    void sourcesShowTheirLatestReports() {
        append("b", 1, new Report(OK, "first", null), new Report(STARVED, "last", null));
        appendUnnumbered("a", new Report(THIRSTY, "water", null));
        append("c", 1, new Report(STARVED, "food", null));
        assertThat(sources("", Set.of(), 10, PAGE_BYTES))
                .extracting(source -> source.latest().source())
                .containsExactly("a", "b", "c");
        assertThat(sources("", Set.of(STARVED), 10, PAGE_BYTES))
                .extracting(source -> source.latest().info())
                .containsExactly("last", "food");
        assertThat(sources("a", Set.of(), 1, PAGE_BYTES)).singleElement().satisfies(source -> {
            assertThat(source.latest().position()).isEqualTo(2);
            assertThat(source.latest().sequence()).isEqualTo(2);
            assertThat(source.durableSequence()).isEqualTo(2);
        });
        assertThat(sources("c", Set.of(), 10, PAGE_BYTES)).isEmpty();
        assertThat(sources("", Set.of(THIRSTY, 99), 10, PAGE_BYTES))
                .singleElement()
                .satisfies(source -> assertThat(source.durableSequence()).isZero());
    }

    @Test
    void sourcesAreOrderedByTheBytesOfTheirNames() {
        for (String name : List.of("\ud83d\udc04", "\uffee", "Z", "a", "ä")) {
            appendUnnumbered(name, reports(OK, 1));
        }
        assertThat(sources("", Set.of(), 10, PAGE_BYTES))
                .extracting(source -> source.latest().source())
                .containsExactly("Z", "a", "ä", "\uffee", "\ud83d\udc04");
    }

    @Test
    void theSummaryCountsReportsAndSourcesByStatus() {
        append("a", 1, reports(OK, 3));
        append("b", 1, reports(THIRSTY, 2));
        append("a", 4, reports(STARVED, 1));
        append("a", 4, reports(STARVED, 1));
        assertThat(log.summary())
                .isEqualTo(new Summary(
                        1,
                        6,
                        List.of(
                                new StatusCount(OK, 3, 0),
                                new StatusCount(THIRSTY, 2, 1),
                                new StatusCount(STARVED, 1, 1))));
    }

    @Test
    void readingGoesOnFromWhereThePageEnded() {
        int reports = 2_500;
        for (int i = 0; i < reports; i += 100) {
            appendUnnumbered("a", reports(OK, 100));
        }
        List<Long> positions = new ArrayList<>();
        long position = 0;
        for (List<StateRecord> page = log.read(0, PAGE_BYTES); !page.isEmpty(); page = log.read(position, PAGE_BYTES)) {
            page.forEach(record -> positions.add(record.position()));
            position = positions.get(positions.size() - 1);
        }
        assertThat(positions)
                .isEqualTo(LongStream.rangeClosed(1, reports).boxed().toList());
    }

    @Test
    void pagesEndBeforeTheRecordThatDoesNotFit() {
        Report large = new Report(OK, "ä".repeat(5_000), null); // 10,000 bytes of UTF-8
        appendUnnumbered("aaaa", large, large, large, large, large, large, large, large, large, large);
        assertThat(log.read(0, 5 * 10_258)).hasSize(5);
        assertThat(log.read(0, 5 * 10_104 - 1)).hasSize(4);
        assertThat(log.read(0, 1)).hasSize(1);
        assertThat(log.read(9, 1)).hasSize(1);
        assertThat(log.read(10, 1)).isEmpty();
    }

    @Test
    void longNamesCountInPagesOfRecords() {
        for (int i = 0; i < 20; i++) {
            appendUnnumbered("n".repeat(250) + i, reports(OK, 1));
        }
        assertThat(log.read(0, 3_600)).hasSize(10);
    }

    @Test
    void pagesOfSourcesEndBeforeTheOneThatDoesNotFit() {
        for (int i = 100; i < 110; i++) {
            appendUnnumbered("s" + i, new Report(OK, "ä".repeat(5_000), null));
        }
        assertThat(sources("", Set.of(), 10, 5 * 10_258)).hasSize(5);
        assertThat(sources("", Set.of(), 3, 5 * 10_258)).hasSize(3);
        assertThat(sources("s104", Set.of(), 10, 1))
                .singleElement()
                .satisfies(source -> assertThat(source.latest().source()).isEqualTo("s105"));
        assertThat(sources("s109", Set.of(), 10, 1)).isEmpty();
    }

    @Test
    void positionsBeyondTheHeadAreRefusedWithTheHead() {
        appendUnnumbered("a", reports(OK, 2));
        assertThat(log.read(2, PAGE_BYTES)).isEmpty();
        assertThatThrownBy(() -> log.read(3, PAGE_BYTES))
                .isInstanceOfSatisfying(
                        PositionBeyondHeadException.class,
                        beyond -> assertThat(beyond.head()).isEqualTo(2));
        assertThatThrownBy(() -> log.read(Long.MAX_VALUE, PAGE_BYTES)).isInstanceOf(PositionBeyondHeadException.class);
    }

    @Test
    void listenersHearOfEveryAdvance() {
        AtomicLong seen = new AtomicLong();
        log.onAdvance(() -> seen.set(log.head()));
        appendUnnumbered("a", reports(OK, 2));
        await().atMost(5, TimeUnit.SECONDS).until(() -> seen.get() == 2);
    }

    @Test
    void concurrentSourcesKeepTheirOrderAndReadersSeeNoHoles() throws Exception {
        int sources = 8;
        int batches = 50;
        ExecutorService threads = Executors.newFixedThreadPool(sources + 1);
        try {
            CompletableFuture<Long> reading =
                    CompletableFuture.supplyAsync(() -> readTo(sources * batches * 3L), threads);
            List<CompletableFuture<Void>> writing = IntStream.range(0, sources)
                    .mapToObj(source -> CompletableFuture.runAsync(
                            () -> {
                                for (int batch = 0; batch < batches; batch++) {
                                    append("source " + source, batch * 3L + 1, reports(OK, 3));
                                }
                            },
                            threads))
                    .toList();
            writing.forEach(writer -> assertThat(writer).succeedsWithin(60, TimeUnit.SECONDS));
            assertThat(reading).succeedsWithin(60, TimeUnit.SECONDS).isEqualTo(sources * batches * 3L);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Follows the log up to a position, and checks that positions and sequences have no holes. */
    private long readTo(long last) {
        java.util.Map<String, Long> sequences = new java.util.HashMap<>();
        long position = 0;
        while (position < last) {
            for (StateRecord record : log.read(position, PAGE_BYTES)) {
                assertThat(record.position()).isEqualTo(++position);
                assertThat(record.sequence()).isEqualTo(sequences.merge(record.source(), 1L, Long::sum));
            }
        }
        return position;
    }
}
