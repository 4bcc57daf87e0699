package dev.waystate.statelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Distance;
import dev.waystate.geometry.Point;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of every state log about where its sources are, how far they went, and in which states they were. */
public abstract class WayContract extends LogFixture {

    private static final int MIN = Integer.MIN_VALUE;
    private static final int MAX = Integer.MAX_VALUE;

    @Test
    void recordsSayWhereTheirSourceWas() {
        append("cow", 1, at(3, -4), new Report(OK, "", null), at(MIN, MAX));
        assertThat(log.read(0, PAGE_BYTES))
                .extracting(StateRecord::location)
                .containsExactly(new Point(3, -4), null, new Point(MIN, MAX));
    }

    @Test
    void theTrackIsOfAllLocationsThatWereReported() throws Exception {
        append("cow", 1, new Report(OK, "", null));
        assertThat(state("cow").track()).isNull();
        append("cow", 2, at(10, 10), at(13, 14));
        assertThat(state("cow").track()).isEqualTo(new Track(new Point(13, 14), 5, 5));
        reopen();
        append("cow", 4, at(10, 10), new Report(STARVED, "", null));
        assertThat(state("cow").track()).isEqualTo(new Track(new Point(10, 10), 0, 10));
        assertThat(state("cow").latest().location()).isNull();
        append("cow", 1, at(10, 10), at(900, 900)); // stored already
        assertThat(state("cow").track()).isEqualTo(new Track(new Point(10, 10), 0, 10));
    }

    @Test
    void displacementsAreThoseThatAreComputed() {
        append("far", 1, at(MIN, MIN), at(MAX, MAX));
        Track track = state("far").track();
        assertThat(track.displacement()).isEqualTo(Distance.between(MIN, MIN, MAX, MAX));
        assertThat(track.travelled()).isEqualTo(Math.hypot(4_294_967_295.0, 4_294_967_295.0));
    }

    @Test
    void aStateLastsSinceTheFirstRecordOfItsRun() {
        append("cow", 1, reports(OK, 2));
        append("cow", 3, reports(OK, 2));
        append("cow", 5, reports(STARVED, 1));
        append("cow", 6, reports(STARVED, 2));
        List<StateRecord> records = log.read(0, PAGE_BYTES);
        assertThat(state("cow").since()).isEqualTo(records.get(4).recordedAt());
        assertThat(log.transitions("cow", Long.MAX_VALUE, 10))
                .isEqualTo(new Page<>(
                        List.of(
                                new Transition("cow", 5, STARVED, records.get(4).recordedAt(), null),
                                new Transition(
                                        "cow",
                                        1,
                                        OK,
                                        records.get(0).recordedAt(),
                                        records.get(4).recordedAt())),
                        null));
    }

    @Test
    void statesArePagedFromTheNewestOn() {
        for (int i = 1; i <= 7; i++) {
            append("cow", i, reports(i, 1));
            append("dog", i, reports(OK, 1));
        }
        List<Transition> all = log.transitions("cow", Long.MAX_VALUE, 100).items();
        assertThat(all).extracting(Transition::status).containsExactly(7, 6, 5, 4, 3, 2, 1);
        for (int size = 1; size <= 8; size++) {
            int limit = size;
            assertThat(all((Long from) -> log.transitions("cow", from == null ? Long.MAX_VALUE : from, limit)))
                    .isEqualTo(all);
        }
    }

    @Test
    void aSourceThatHasNeverReportedIsUnknown() {
        append("empty", Batch.UNNUMBERED);
        for (String source : List.of("nobody", "empty")) {
            assertThatThrownBy(() -> log.transitions(source, Long.MAX_VALUE, 10))
                    .isInstanceOf(UnknownSourceException.class)
                    .hasMessageContaining(source);
            assertThatThrownBy(() -> log.records(source, null, Set.of(), 10, PAGE_BYTES))
                    .isInstanceOf(UnknownSourceException.class);
        }
    }

    @Test
    void recordsOfASourceAreListedFromTheNewestOn() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            appendUnnumbered("s" + random.nextInt(5), reports(random.nextInt(3), 1 + random.nextInt(4)));
        }
        List<StateRecord> whole = log.read(0, 1 << 30);
        for (Set<Integer> statuses : List.of(Set.<Integer>of(), Set.of(OK), Set.of(99))) {
            List<StateRecord> expected = whole.stream()
                    .filter(stored -> stored.source().equals("s2"))
                    .filter(stored -> statuses.isEmpty() || statuses.contains(stored.status()))
                    .sorted(Comparator.comparingLong(StateRecord::position).reversed())
                    .toList();
            for (int size : new int[] {1, 7, 1_000}) {
                assertThat(all((HistoryPlace from) -> log.records("s2", from, statuses, size, PAGE_BYTES)))
                        .isEqualTo(expected);
            }
            assertThat(all((HistoryPlace from) -> log.records("s2", from, statuses, 1_000, 1_000)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void silentSourcesAreThoseOfWhichNothingWasRecordedSince() throws Exception {
        append("a", 1, at(0, 0));
        append("b", 1, at(0, 5));
        Instant between = after(log.read(1, PAGE_BYTES).get(0).recordedAt());
        append("b", 2, reports(STARVED, 1));
        append("c", 1, at(0, 1));
        SourceFilter silent = new SourceFilter(Set.of(), Set.of(), between);
        assertThat(names(log.sources(silent, "", 10, PAGE_BYTES))).containsExactly("a");
        assertThat(names(log.nearest(Circle.ofAll(new Point(0, 0)), silent, null, 10, PAGE_BYTES)))
                .containsExactly("a");
        SourceFilter silentSoon =
                new SourceFilter(Set.of(), Set.of(), Instant.now().plusSeconds(60));
        assertThat(names(log.sources(silentSoon, "", 10, PAGE_BYTES))).containsExactly("a", "b", "c");
    }

    @Test
    void sourcesAreFoundByTheirNamesHoweverTheyAreListed() {
        append("a", 1, at(0, 1));
        append("b", 1, at(0, 2));
        append("c", 1, at(0, 3));
        append("empty", Batch.UNNUMBERED);
        append("c", 2, reports(STARVED, 1));
        Set<String> names = Set.of("c", "a", "empty", "nobody");
        SourceFilter named = new SourceFilter(names, Set.of(), null);
        assertThat(names(log.sources(named, "", 10, PAGE_BYTES))).containsExactly("a", "c");
        assertThat(names(log.sources(named, "a", 10, PAGE_BYTES))).containsExactly("c");
        assertThat(names(log.nearest(Circle.ofAll(new Point(0, 9)), named, null, 10, PAGE_BYTES)))
                .containsExactly("c", "a");
        assertThat(log.sourcesAt(3, named, "", 10).items())
                .extracting(Transition::source, Transition::status)
                .containsExactly(tuple("a", OK), tuple("c", OK));

        SourceFilter starved = new SourceFilter(names, Set.of(STARVED), null);
        assertThat(names(log.sources(starved, "", 10, PAGE_BYTES))).containsExactly("c");
        assertThat(names(log.nearest(Circle.ofAll(new Point(0, 9)), starved, null, 10, PAGE_BYTES)))
                .containsExactly("c");
        assertThat(log.sourcesAt(3, starved, "", 10).items()).isEmpty();
        assertThat(log.sourcesAt(4, starved, "", 10).items()).hasSize(1);
    }

    /** Waits until the clock is past a time, and returns it. */
    private static Instant after(Instant time) {
        Instant now = Instant.now();
        while (!now.isAfter(time)) {
            Thread.onSpinWait();
            now = Instant.now();
        }
        return now;
    }

    @Test
    void theNearestSourcesComeFirstAndEqualOnesByName() {
        append("b", 1, at(3, 4));
        append("a", 1, at(-4, 3));
        append("c", 1, at(0, 0), at(0, 4));
        append("here", 1, at(100, 100), at(0, 0));
        append("nowhere", 1, new Report(OK, "", null));
        append("hungry", 1, new Report(STARVED, "", null, new Point(0, 6)));
        Point origin = new Point(0, 0);
        assertThat(names(log.nearest(Circle.ofAll(origin), SourceFilter.ALL, null, 10, PAGE_BYTES)))
                .containsExactly("here", "c", "a", "b", "hungry");
        assertThat(names(log.nearest(new Circle(origin, 5), SourceFilter.ALL, null, 10, PAGE_BYTES)))
                .containsExactly("here", "c", "a", "b");
        assertThat(names(log.nearest(new Circle(origin, Math.nextDown(5.0)), SourceFilter.ALL, null, 10, PAGE_BYTES)))
                .containsExactly("here", "c");
        assertThat(names(log.nearest(new Circle(origin, 0), SourceFilter.ALL, null, 10, PAGE_BYTES)))
                .containsExactly("here");
        assertThat(names(log.nearest(
                        Circle.ofAll(origin), new SourceFilter(Set.of(), Set.of(STARVED), null), null, 10, PAGE_BYTES)))
                .containsExactly("hungry");
    }

    @Test
    void everySourceIsWithinAnyDistanceThatIsLargeEnough() {
        append("a", 1, at(MIN, MIN));
        append("b", 1, at(MAX, MAX));
        for (double distance : new double[] {6.08e9, 9.3e18, 1e300, Double.MAX_VALUE}) {
            for (Point center : List.of(new Point(5, 5), new Point(MIN, MIN), new Point(MAX, MIN))) {
                assertThat(names(log.nearest(new Circle(center, distance), SourceFilter.ALL, null, 10, PAGE_BYTES)))
                        .hasSize(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000, MAX})
    void nearestSourcesAreThoseThatANaiveSearchFinds(int spread) {
        Random random = new Random(spread);
        Map<String, Point> places = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            String name = "s" + random.nextInt(250);
            Point place = i % 30 == 0 ? corner(random) : new Point(any(random, spread), any(random, spread));
            appendUnnumbered(name, at(place.x(), place.y()));
            places.put(name, place);
        }
        for (int i = 0; i < 40; i++) {
            Point center = i % 5 == 0 ? corner(random) : new Point(any(random, spread), any(random, spread));
            Circle circle = i % 3 == 0 ? Circle.ofAll(center) : new Circle(center, random.nextDouble() * 2 * spread);
            List<String> expected = places.entrySet().stream()
                    .filter(place -> circle.contains(place.getValue()))
                    .map(place -> new NearPlace(SquaredDistance.between(center, place.getValue()), place.getKey()))
                    .sorted(Comparator.comparing((NearPlace place) -> exact(center, places.get(place.name())))
                            .thenComparing(NearPlace::name))
                    .map(NearPlace::name)
                    .toList();
            int size = 1 + random.nextInt(20);
            assertThat(all((NearPlace from) -> log.nearest(circle, SourceFilter.ALL, from, size, PAGE_BYTES)))
                    .extracting(source -> source.latest().source())
                    .isEqualTo(expected);
        }
    }

    private static BigInteger exact(Point start, Point end) {
        BigInteger dx = BigInteger.valueOf((long) end.x() - start.x());
        BigInteger dy = BigInteger.valueOf((long) end.y() - start.y());
        return dx.multiply(dx).add(dy.multiply(dy));
    }

    private static int any(Random random, int spread) {
        return spread == MAX ? random.nextInt() : random.nextInt(2 * spread) - spread;
    }

    private static Point corner(Random random) {
        return new Point(random.nextBoolean() ? MIN : MAX, random.nextBoolean() ? MIN : MAX);
    }

    @Test
    void pagesWhileSourcesMoveNeitherRepeatNorLeaveOutThoseThatDoNot() throws Exception {
        for (int i = 0; i < 200; i++) {
            appendUnnumbered("still" + i, at(i % 40 - 20, i / 40));
        }
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> moving = CompletableFuture.runAsync(() -> {
            Random random = new Random(1);
            while (!done.get()) {
                appendUnnumbered("moving" + random.nextInt(30), at(random.nextInt(60) - 30, random.nextInt(60) - 30));
            }
        });
        try {
            for (int round = 0; round < 20; round++) {
                List<String> still = all((NearPlace from) ->
                                log.nearest(Circle.ofAll(new Point(0, 0)), SourceFilter.ALL, from, 7, PAGE_BYTES))
                        .stream()
                        .map(source -> source.latest().source())
                        .filter(name -> name.startsWith("still"))
                        .toList();
                assertThat(still).hasSize(200).doesNotHaveDuplicates();
            }
        } finally {
            done.set(true);
            moving.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void pagesOfSourcesWithLargeInfosAreBoundedInBytes() {
        for (int i = 0; i < 30; i++) {
            appendUnnumbered("s" + i, new Report(OK, "x".repeat(10_000), null, new Point(i, 0)));
        }
        Circle all = Circle.ofAll(new Point(0, 0));
        Page<SourceState, NearPlace> page = log.nearest(all, SourceFilter.ALL, null, 1_000, 60_000);
        assertThat(page.items()).hasSize(5);
        assertThat(all((NearPlace from) -> log.nearest(all, SourceFilter.ALL, from, 1_000, 60_000)))
                .hasSize(30);
        assertThat(log.nearest(all, SourceFilter.ALL, null, 1_000, 1).items()).hasSize(1);
    }

    @Test
    void statesAsOfAPositionAreThoseThatTheRecordsSay() {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            appendUnnumbered("s" + random.nextInt(9), reports(random.nextInt(3), 1 + random.nextInt(3)));
        }
        List<StateRecord> records = log.read(0, 1 << 30);
        Map<String, Integer> states = new TreeMap<>();
        for (int position = 0; position <= records.size(); position++) {
            if (position > 0) {
                states.put(
                        records.get(position - 1).source(),
                        records.get(position - 1).status());
            }
            assertThat(asOf(position, Set.of())).isEqualTo(states);
            assertThat(log.statusesAt(position)).isEqualTo(counts(states));
            Map<String, Integer> starved = new TreeMap<>(states);
            starved.values().removeIf(status -> status != 2);
            assertThat(asOf(position, Set.of(2))).isEqualTo(starved);
        }
        assertThatThrownBy(() -> log.statusesAt(records.size() + 1)).isInstanceOf(PositionBeyondHeadException.class);
    }

    private Map<String, Integer> asOf(long position, Set<Integer> statuses) {
        SourceFilter filter = new SourceFilter(Set.of(), statuses, null);
        return all((String from) -> log.sourcesAt(position, filter, from == null ? "" : from, 4)).stream()
                .collect(Collectors.toMap(Transition::source, Transition::status));
    }

    private static List<StatusCount> counts(Map<String, Integer> states) {
        Map<Integer, Long> counts = new TreeMap<>(
                states.values().stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
        return counts.entrySet().stream()
                .map(count -> new StatusCount(count.getKey(), 0, count.getValue()))
                .toList();
    }

    @Test
    void timesArePositions() {
        for (int i = 0; i < 20; i++) {
            appendUnnumbered("a", reports(OK, 3));
        }
        List<StateRecord> records = log.read(0, PAGE_BYTES);
        Instant first = records.get(0).recordedAt();
        assertThat(log.firstSince(first)).isEqualTo(1);
        assertThat(log.firstSince(first.minusNanos(1))).isEqualTo(1);
        assertThat(log.firstSince(Instant.now().plusSeconds(60))).isEqualTo(61);
        assertThat(log.positionAt(first.minusNanos(1))).isZero();
        for (StateRecord record : records) {
            assertThat(log.firstSince(record.recordedAt()))
                    .isEqualTo(records.stream()
                            .filter(other -> !other.recordedAt().isBefore(record.recordedAt()))
                            .findFirst()
                            .orElseThrow()
                            .position());
            long last = records.stream()
                    .filter(other -> !other.recordedAt().isAfter(record.recordedAt()))
                    .count();
            assertThat(log.positionAt(record.recordedAt())).isEqualTo(last);
        }
    }

    @Test
    void anEmptyLogHasNoPastEither() {
        assertThat(log.firstSince(Instant.now())).isEqualTo(1);
        assertThat(log.positionAt(Instant.now())).isZero();
        assertThat(log.statusesAt(0)).isEmpty();
        assertThat(asOf(0, Set.of())).isEmpty();
        assertThat(log.nearest(Circle.ofAll(new Point(0, 0)), SourceFilter.ALL, null, 10, PAGE_BYTES))
                .isEqualTo(new Page<>(List.of(), null));
        assertThat(log.statusesAt(List.of(Instant.EPOCH, Instant.now()), 50))
                .extracting(Snapshot::statuses)
                .containsExactly(List.of(), List.of());
    }

    @Test
    void countsOverTimeAreThoseAsOfEachTime() {
        Random random = new Random(11);
        Instant begin = Instant.now();
        for (int i = 0; i < 150; i++) {
            appendUnnumbered("s" + random.nextInt(12), reports(random.nextInt(4) - 1, 1 + random.nextInt(2)));
        }
        Duration step = Duration.between(begin, Instant.now()).dividedBy(20);
        List<Instant> times = IntStream.rangeClosed(-2, 25)
                .mapToObj(i -> begin.plus(step.multipliedBy(i)))
                .toList();
        List<Snapshot> snapshots = log.statusesAt(times, 50);
        assertThat(snapshots).extracting(Snapshot::time).isEqualTo(times);
        for (Snapshot snapshot : snapshots) {
            assertThat(snapshot.position()).isEqualTo(log.positionAt(snapshot.time()));
            assertThat(snapshot.statuses()).isEqualTo(log.statusesAt(snapshot.position()));
        }
    }

    @Test
    void countsOverTimeAreOfTheMostFrequentStatuses() {
        for (int status = 0; status < 5; status++) {
            for (int i = 0; i <= status; i++) {
                appendUnnumbered("s" + status + i, reports(status, 1));
            }
        }
        Snapshot last = log.statusesAt(List.of(Instant.EPOCH, Instant.now().plusSeconds(60)), 2)
                .get(1);
        assertThat(last.statuses()).containsExactly(new StatusCount(3, 0, 4), new StatusCount(4, 0, 5));
    }

    /** However many statuses there were, so that a look over time is bounded in memory. */
    @Test
    void countsOverTimeStayRightBesideStatusesThatAreLeftOut() {
        appendUnnumbered("a", reports(OK, 5));
        appendUnnumbered("b", reports(OK, 5));
        for (int status = 100; status < 400; status++) {
            appendUnnumbered("a", reports(status, 1));
        }
        appendUnnumbered("c", reports(OK, 1));
        Snapshot last = log.statusesAt(List.of(Instant.EPOCH, Instant.now().plusSeconds(60)), 1)
                .get(1);
        assertThat(last.statuses()).containsExactly(new StatusCount(OK, 0, 2));
    }

    @Test
    void theIdStaysTheSame() throws Exception {
        String id = log.id();
        assertThat(id).matches("[0-9a-f]{32}");
        append("a", 1, reports(OK, 1));
        reopen();
        assertThat(log.id()).isEqualTo(id);
    }

    protected SourceState state(String source) {
        return sources("", Set.of(), 1_000, PAGE_BYTES).stream()
                .filter(state -> state.latest().source().equals(source))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Page<SourceState, ?> page) {
        assertThat(page.next()).isNull();
        return page.items().stream().map(source -> source.latest().source()).toList();
    }

    /** Goes through all pages. */
    protected static <T, C> List<T> all(Function<@Nullable C, Page<T, C>> pages) {
        List<T> all = new ArrayList<>();
        C next = null;
        do {
            Page<T, C> page = pages.apply(next);
            all.addAll(page.items());
            next = page.next();
        } while (next != null);
        return all;
    }
}
