package dev.waystate.faults;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Holds a dump of the log against what its clients were told. */
final class LogAudit {

    private LogAudit() {}

    /** Reads the whole log of a server. */
    static List<Record> dump(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            List<Record> records = new ArrayList<>();
            StateLogServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.MINUTES)
                    .read(ReadRequest.getDefaultInstance())
                    .forEachRemaining(
                            response -> records.addAll(response.getBatch().getRecordsList()));
            return records;
        } finally {
            channel.shutdownNow();
        }
    }

    /**
     * Returns what is wrong: holes in the positions, holes and doubles in the sequences, and reports that were
     * acknowledged and are not there.
     *
     * @param sequences the last acknowledged sequence of each source that appended
     * @param reports the acknowledged reports of {@code stream_state}
     */
    static List<String> audit(List<Record> log, Map<String, Long> sequences, Set<String> reports) {
        List<String> problems = new ArrayList<>();
        Map<String, Long> last = new HashMap<>();
        Set<String> unnumbered = new HashSet<>();
        long position = 0;
        for (Record record : log) {
            if (record.getPosition() != ++position) {
                problems.add("position " + record.getPosition() + " stands in place of " + position);
                position = record.getPosition();
            }
            if (record.getSequence() == 0) {
                if (!unnumbered.add(record.getInfo())) {
                    problems.add("report " + record.getInfo() + " is doubled");
                }
                continue;
            }
            long expected = last.getOrDefault(record.getSource(), 0L) + 1;
            if (record.getSequence() != expected
                    || !record.getInfo().equals(record.getSource() + " " + record.getSequence())) {
                problems.add("sequence " + record.getSequence() + " of " + record.getSource() + " stands in place of "
                        + expected);
            }
            last.put(record.getSource(), record.getSequence());
        }
        sequences.forEach((source, acknowledged) -> {
            if (last.getOrDefault(source, 0L) < acknowledged) {
                problems.add("sequence " + acknowledged + " of " + source + " was acknowledged and is lost");
            }
        });
        reports.stream()
                .filter(report -> !unnumbered.contains(report))
                .forEach(report -> problems.add("report " + report + " was acknowledged and is lost"));
        return problems;
    }
}
