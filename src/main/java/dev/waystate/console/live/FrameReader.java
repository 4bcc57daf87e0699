package dev.waystate.console.live;

import dev.waystate.console.Problem;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads records of the log into frames. */
final class FrameReader {

    private static final int PAGE_BYTES = 256 * 1024;

    private final StateLog log;
    private final Function<Throwable, Problem> problems;

    /** @param problems says what pages are told of an exception */
    FrameReader(StateLog log, Function<Throwable, Problem> problems) {
        this.log = log;
        this.problems = problems;
    }

    /**
     * Returns a frame from one position to another, or to an earlier one if it is full or a record is damaged. May block.
     *
     * @throws DamagedRecordException if the first record is damaged
     * @throws PrunedPositionException if retention has removed it
     */
    Frame read(long after, long upTo) {
        FrameBuilder frame = new FrameBuilder(after);
        try {
            boolean full = false;
            while (!full && frame.position() < upTo) {
                full = !addAll(frame, log.read(frame.position(), PAGE_BYTES), upTo);
            }
        } catch (DamagedRecordException damaged) {
            if (frame.isEmpty()) {
                throw damaged;
            }
        }
        return frame.build(log.now());
    }

    private static boolean addAll(FrameBuilder frame, List<StateRecord> page, long upTo) {
        for (StateRecord record : page) {
            if (record.position() > upTo || !frame.add(record)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the frame that takes a page past a record that cannot be read, and tells it so. */
    Frame notice(long after, DamagedRecordException damaged) {
        Map<String, Object> problem =
                new LinkedHashMap<>(problems.apply(damaged).members());
        problem.put("position", damaged.position());
        return new Frame(after, Math.max(damaged.position(), after + 1), LiveEvents.error(problem));
    }
}
