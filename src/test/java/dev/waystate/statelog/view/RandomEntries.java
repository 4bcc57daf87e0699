package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Makes entries of a few sessions: repeats, holes, gaps, duplicates, fights for sources, and clocks that go back. */
final class RandomEntries {

    /** An entry at its place in a log. */
    record Placed(Origin origin, Entry entry, long time) {}

    private static final long DAY = Duration.ofDays(1).toNanos();

    private final Random random;
    private final List<UUID> sessions = new ArrayList<>();
    private final Map<UUID, Long> counters = new HashMap<>();
    private final Map<String, Origin> claims = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final List<Placed> made = new ArrayList<>();
    private long time = 1_700_000_000_000_000_000L;

    RandomEntries(Random random) {
        this.random = random;
    }

    List<Placed> make(int count) {
        add(next(), new Entry.Genesis("00112233445566778899aabbccddeeff"));
        while (made.size() < count) {
            int kind = random.nextInt(20);
            if (kind == 0) {
                made.add(made.get(random.nextInt(made.size()))); // comes again, with the time of then
            } else if (kind == 1) {
                next(); // is lost
            } else if (kind == 2) {
                time += random.nextInt(3) == 0 ? 5 * DAY : -1_000_000_000L;
            } else {
                Origin origin = next();
                add(origin, entry(origin));
            }
        }
        return made;
    }

    private void add(Origin origin, Entry entry) {
        time += random.nextInt(1_000_000);
        made.add(new Placed(origin, entry, time));
    }

    private Origin next() {
        if (sessions.isEmpty() || random.nextInt(15) == 0) {
            sessions.add(new UUID(random.nextLong(), random.nextLong()));
        }
        int recent = Math.min(sessions.size(), 3);
        UUID session = sessions.get(sessions.size() - 1 - random.nextInt(recent));
        return new Origin(session, counters.merge(session, 1L, Long::sum));
    }

    private Entry entry(Origin origin) {
        String source = "s" + random.nextInt(5);
        return switch (random.nextInt(8)) {
            case 0 -> {
                claims.put(source, origin);
                yield new Entry.Claim(source);
            }
            case 1 -> claims.containsKey(source) ? new Entry.Release(source, claims.get(source)) : Entry.BARRIER;
            case 2 -> new Entry.Genesis("ffeeddccbbaa99887766554433221100");
            case 3, 4 -> new Entry.Append(source, null, Batch.UNNUMBERED, reports());
            default -> numbered(source);
        };
    }

    private Entry numbered(String source) {
        List<Report> reports = reports();
        long first = Math.max(1, sequences.getOrDefault(source, 0L) + 1 + (random.nextInt(4) - 2) / 2);
        sequences.merge(source, (long) reports.size(), Long::sum);
        Origin claim = random.nextInt(3) == 0 ? null : claims.get(source);
        return new Entry.Append(source, claim, first, reports);
    }

    private List<Report> reports() {
        List<Report> reports = new ArrayList<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            reports.add(new Report(
                    random.nextInt(3),
                    "info " + random.nextInt(3),
                    random.nextBoolean() ? null : Instant.ofEpochSecond(random.nextInt()),
                    random.nextBoolean() ? null : new Point(random.nextInt(), random.nextInt())));
        }
        return reports;
    }
}
