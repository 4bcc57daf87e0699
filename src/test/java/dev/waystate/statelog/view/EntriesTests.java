package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.view.RandomEntries.Placed;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What entries make of the tables. */
class EntriesTests {

    private static final long DAY = Duration.ofDays(1).toNanos();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void sameEntriesMakeTheSameTables(int seed) throws Exception {
        List<Placed> entries = new RandomEntries(new Random(seed)).make(400);
        List<Verdict> oneByOne = applyOneByOne(entries);
        List<Verdict> inGroups = applyInGroups(entries, new Random(seed));
        assertThat(oneByOne.stream().map(Verdict::getClass).distinct())
                .as("all kinds of verdicts")
                .hasSize(3);
        assertThat(inGroups)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(StackTraceElement[].class)
                .isEqualTo(oneByOne);
        assertThat(tables("in groups.db")).isEqualTo(tables("one by one.db"));
        assertThat(Tables.blocks(directory.resolve("in groups.db")))
                .hasSizeGreaterThan(1)
                .isEqualTo(Tables.blocks(directory.resolve("one by one.db")));
    }

    private List<Verdict> applyOneByOne(List<Placed> entries) throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        try (LogView view = open("one by one.db")) {
            for (Placed placed : entries) {
                verdicts.addAll(commit(view, List.of(placed), verdicts.size()));
            }
        }
        return verdicts;
    }

    /**
     * Applies entries in groups of any size. Some groups are rolled back at first, and the process ends now and then.
     */
    private List<Verdict> applyInGroups(List<Placed> entries, Random random) throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        LogView view = open("in groups.db");
        while (verdicts.size() < entries.size()) {
            int end = Math.min(entries.size(), verdicts.size() + 1 + random.nextInt(random.nextBoolean() ? 3 : 60));
            List<Placed> group = entries.subList(verdicts.size(), end);
            if (random.nextInt(4) == 0) {
                assertThat(view.begin()).isTrue();
                apply(view, group.subList(0, random.nextInt(group.size() + 1)), verdicts.size());
                view.rollBack();
            }
            verdicts.addAll(commit(view, group, verdicts.size()));
            if (random.nextInt(8) == 0) {
                view.close();
                view = open("in groups.db");
            }
        }
        view.close();
        return verdicts;
    }

    private static List<Verdict> commit(LogView view, List<Placed> group, int offset) throws Exception {
        assertThat(view.begin()).isTrue();
        List<Verdict> verdicts = apply(view, group, offset);
        view.commit();
        view.advance();
        return verdicts;
    }

    private static List<Verdict> apply(LogView view, List<Placed> group, int offset) throws SQLException {
        List<Verdict> verdicts = new ArrayList<>();
        for (Placed placed : group) {
            verdicts.add(view.apply(placed.origin(), placed.entry(), placed.time()));
            view.moveTo(new TopicPlace("cluster", "topic", offset + verdicts.size(), 3));
        }
        return verdicts;
    }

    @Test
    void anEntryThatComesTwiceIsAppliedOnce() throws Exception {
        Session session = new Session();
        Placed entry = new Placed(session.next(), append("a", null, "one"), 1);
        try (LogView view = open("log.db")) {
            assertThat(commit(view, List.of(entry, entry), 0))
                    .containsExactly(new Verdict.Applied(0, 1), new Verdict.Ignored());
            assertThat(commit(view, List.of(entry), 2)).containsExactly(new Verdict.Ignored());
            assertThat(view.head()).isEqualTo(1);
        }
    }

    @Test
    void whatFollowsAHoleIsNotAppliedUntilTheHoleIsFilled() throws Exception {
        Session session = new Session();
        Placed first = new Placed(session.next(), append("a", null, "one"), 1);
        Placed second = new Placed(session.next(), append("a", null, "two"), 1);
        Placed third = new Placed(session.next(), append("a", null, "three"), 1);
        try (LogView view = open("log.db")) {
            assertThat(commit(view, List.of(first, third), 0)).last().isEqualTo(new Verdict.Ignored());
            assertThat(commit(view, List.of(second, third), 2))
                    .containsExactly(new Verdict.Applied(0, 2), new Verdict.Applied(0, 3));
        }
    }

    @Test
    void claimsHoldAcrossARestart() throws Exception {
        Session before = new Session();
        Session after = new Session();
        Origin earlier = before.next();
        Origin later = after.next();
        try (LogView view = open("log.db")) {
            commit(view, List.of(new Placed(earlier, new Entry.Claim("a"), 1)), 0);
            commit(view, List.of(new Placed(later, new Entry.Claim("a"), 1)), 1);
        }
        try (LogView view = open("log.db")) {
            List<Verdict> verdicts = commit(
                    view,
                    List.of(
                            new Placed(before.next(), append("a", earlier, "of the earlier"), 1),
                            new Placed(after.next(), append("a", later, "of the later"), 1)),
                    2);
            assertThat(verdicts.get(0))
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused -> assertThat(refused.reason()).isInstanceOf(FencedException.class));
            assertThat(verdicts.get(1)).isEqualTo(new Verdict.Applied(0, 1));
        }
    }

    @Test
    void aSessionAndItsClaimsAreForgottenAWeekAfterItsLastEntry() throws Exception {
        Session old = new Session();
        Session recent = new Session();
        Origin claim = old.next();
        try (LogView view = open("log.db")) {
            commit(view, List.of(new Placed(claim, new Entry.Claim("a"), 1)), 0);
            commit(view, List.of(new Placed(recent.next(), Entry.BARRIER, 6 * DAY)), 1);
            assertThat(tables("log.db").get("claim")).hasSize(1);
            Placed ofThird = new Placed(new Session().next(), Entry.BARRIER, 8 * DAY);
            Placed ofOld = new Placed(old.next(), append("a", claim, "too late"), 8 * DAY);
            assertThat(commit(view, List.of(ofThird, ofOld), 2))
                    .containsExactly(new Verdict.Applied(0, 0), new Verdict.Ignored());
        }
        assertThat(tables("log.db").get("claim")).isEmpty();
        assertThat(tables("log.db").get("session")).hasSize(2);
    }

    @Test
    void aClaimThatIsInUseIsKept() throws Exception {
        Session before = new Session();
        Session after = new Session();
        Origin claim = before.next();
        try (LogView view = open("log.db")) {
            commit(view, List.of(new Placed(claim, new Entry.Claim("a"), 1)), 0);
            commit(view, List.of(new Placed(after.next(), append("a", claim, "one"), 6 * DAY)), 1);
            Placed ofThird = new Placed(new Session().next(), Entry.BARRIER, 8 * DAY);
            Placed later = new Placed(after.next(), append("a", claim, "two"), 8 * DAY);
            assertThat(commit(view, List.of(ofThird, later), 2))
                    .containsExactly(new Verdict.Applied(0, 1), new Verdict.Applied(0, 2));
        }
    }

    @Test
    void noEntryIsRecordedBeforeTheOneAheadOfIt() throws Exception {
        Session session = new Session();
        try (LogView view = open("log.db")) {
            commit(view, List.of(new Placed(session.next(), Entry.BARRIER, 2_000)), 0);
        }
        try (LogView view = open("log.db")) {
            assertThat(view.lastRecordedAt()).isEqualTo(2_000);
            commit(view, List.of(new Placed(session.next(), append("a", null, "one"), 1_000)), 1);
            assertThat(Tables.records(view, 0).get(0).recordedAt()).isEqualTo(Timestamps.fromNanos(2_000));
        }
    }

    @Test
    void theFirstGenesisGivesTheLogItsId() throws Exception {
        Session session = new Session();
        try (LogView view = open("log.db")) {
            commit(view, List.of(new Placed(session.next(), new Entry.Genesis("0".repeat(31) + "a"), 1)), 0);
            commit(view, List.of(new Placed(session.next(), new Entry.Genesis("0".repeat(31) + "b"), 1)), 1);
            assertThat(view.id()).endsWith("0a");
            assertThat(view.place()).isEqualTo(new TopicPlace("cluster", "topic", 2, 3));
        }
        try (LogView view = open("log.db")) {
            assertThat(view.id()).endsWith("0a");
            assertThat(view.place()).isEqualTo(new TopicPlace("cluster", "topic", 2, 3));
        }
    }

    private static Entry append(String source, Origin claim, String info) {
        return new Entry.Append(source, claim, Batch.UNNUMBERED, List.of(new Report(1, info, null)));
    }

    private LogView open(String name) {
        return LogView.open(directory.resolve(name), 1);
    }

    private Map<String, List<String>> tables(String name) throws SQLException {
        return Tables.read(directory.resolve(name));
    }
}
