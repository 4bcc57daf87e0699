package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.Record;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The control of the tests that rely on the audit: it notices everything that may be wrong with a log. */
class LogAuditTests {

    private final List<Record> log = new ArrayList<>();

    @BeforeEach
    void aLogThatIsRight() {
        log.add(numbered(1, "a", 1));
        log.add(numbered(2, "b", 1));
        log.add(numbered(3, "a", 2));
        log.add(Record.newBuilder().setPosition(4).setInfo("unnumbered").build());
        assertThat(problems()).isEmpty();
    }

    @Test
    void anAcknowledgedReportThatIsNotThere() {
        log.remove(3);
        assertThat(problems()).containsExactly("report unnumbered was acknowledged and is lost");
    }

    @Test
    void theLastSequencesThatAreNotThere() {
        log.subList(2, 4).clear();
        assertThat(problems()).hasSize(2).contains("sequence 2 of a was acknowledged and is lost");
    }

    @Test
    void aHoleBetweenRecords() {
        log.remove(1);
        assertThat(problems())
                .contains("position 3 stands in place of 2", "sequence 1 of b was acknowledged and is lost");
    }

    @Test
    void aSequenceThatIsStoredTwice() {
        log.add(numbered(5, "a", 2));
        assertThat(problems()).containsExactly("sequence 2 of a stands in place of 3");
    }

    @Test
    void aReportThatIsStoredTwice() {
        log.add(log.get(3).toBuilder().setPosition(5).build());
        assertThat(problems()).containsExactly("report unnumbered is doubled");
    }

    @Test
    void recordsInAnotherOrder() {
        Collections.swap(log, 0, 1);
        assertThat(problems()).contains("position 2 stands in place of 1");
    }

    @Test
    void anotherReportUnderTheSequence() {
        log.set(2, log.get(2).toBuilder().setInfo("b 2").build());
        assertThat(problems()).containsExactly("sequence 2 of a stands in place of 2");
    }

    private static Record numbered(long position, String source, long sequence) {
        return Record.newBuilder()
                .setPosition(position)
                .setSource(source)
                .setSequence(sequence)
                .setInfo(source + " " + sequence)
                .build();
    }

    private List<String> problems() {
        return LogAudit.audit(log, Map.of("a", 2L, "b", 1L), Set.of("unnumbered"));
    }
}
