package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.UnsupportedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Since when a source has to be silent. */
class SilentSourcesTests {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Instant> since = new ArrayList<>();

    /** Its clock is not the machine's. */
    private final class OtherTime extends UnsupportedLog {

        @Override
        public Instant now() {
            return NOW;
        }

        @Override
        public Page<SourceState, String> sources(
                SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
            since.add(filter.silentSince());
            return new Page<>(List.of(), null);
        }
    }

    @Test
    void silenceIsCountedByTheClockThatHasGivenTheRecordsTheirTimes() {
        OtherTime log = new OtherTime();
        SourcePages pages = new SourcePages(log, new Moments(log));
        for (long seconds : new long[] {0, 600, Long.MAX_VALUE}) {
            Duration silence = Duration.newBuilder().setSeconds(seconds).build();
            pages.page(ListSourcesRequest.newBuilder().setSilentFor(silence).build(), 1_000);
        }
        assertThat(since).containsExactly(NOW, NOW.minusSeconds(600), Instant.EPOCH);
    }
}
