package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.Point;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.proto.v1.Transition;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Holds a dump of the log against what its clients were told. */
final class LogAudit {

    /** The error that the contract allows for the way that a source travelled. */
    private static final BigDecimal LARGEST_ERROR = new BigDecimal(0x1p-50);

    private LogAudit() {}

    /** All that a server tells of its log. */
    record Contents(List<Record> records, List<Source> sources, List<Transition> transitions) {}

    static Contents contents(int port) {
        List<Source> sources = sources(port);
        return new Contents(dump(port), sources, transitions(port, sources));
    }

    /** Returns the position of a server's newest record. */
    static long head(int port) {
        return ask(
                port,
                stub -> stub.read(ReadRequest.newBuilder()
                                .setFromHead(FromHead.getDefaultInstance())
                                .build())
                        .next()
                        .getHeadPosition());
    }

    /** Reads the whole log of a server. */
    static List<Record> dump(int port) {
        return ask(port, stub -> {
            List<Record> records = new ArrayList<>();
            stub.read(ReadRequest.getDefaultInstance())
                    .forEachRemaining(
                            response -> records.addAll(response.getBatch().getRecordsList()));
            return records;
        });
    }

    /** Lists the sources of a server. */
    static List<Source> sources(int port) {
        return ask(port, stub -> {
            List<Source> sources = new ArrayList<>();
            String token = "";
            do {
                ListSourcesResponse page = stub.listSources(
                        ListSourcesRequest.newBuilder().setPageToken(token).build());
                sources.addAll(page.getSourcesList());
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            return sources;
        });
    }

    private static List<Transition> transitions(int port, List<Source> sources) {
        return ask(port, stub -> {
            List<Transition> transitions = new ArrayList<>();
            for (Source source : sources) {
                String token = "";
                do {
                    ListTransitionsResponse page = stub.listTransitions(ListTransitionsRequest.newBuilder()
                            .setSource(source.getName())
                            .setPageToken(token)
                            .build());
                    transitions.addAll(page.getTransitionsList());
                    token = page.getNextPageToken();
                } while (!token.isEmpty());
            }
            return transitions;
        });
    }

    private static <T> T ask(int port, Function<StateLogServiceBlockingStub, T> question) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            return question.apply(StateLogServiceGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.MINUTES));
        } finally {
            channel.shutdownNow();
        }
    }

    /** Makes sure that two have the same records, and names the first difference: there are too many to show all. */
    static void assertAgree(List<Record> found, List<Record> expected) {
        int same = 0;
        while (same < Math.min(found.size(), expected.size()) && found.get(same).equals(expected.get(same))) {
            same++;
        }
        assertThat(found.stream().skip(same).findFirst())
                .as("the first record after %d that agree", same)
                .isEqualTo(expected.stream().skip(same).findFirst());
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

    /** Returns what is wrong with where the sources are and how far they went, as their records have it. */
    static List<String> auditTracks(List<Record> log, List<Source> sources) {
        List<String> problems = new ArrayList<>();
        Map<String, BigDecimal> travelled = new HashMap<>();
        Map<String, Point> locations = new HashMap<>();
        for (Record record : log) {
            if (record.hasLocation()) {
                Point before = locations.put(record.getSource(), record.getLocation());
                travelled.merge(
                        record.getSource(),
                        before == null ? BigDecimal.ZERO : line(before, record.getLocation()),
                        BigDecimal::add);
            }
        }
        if (sources.size() != locations.size()) {
            problems.add(locations.size() + " sources have a location, and " + sources.size() + " are listed");
        }
        for (Source source : sources) {
            if (!source.getLocation().equals(locations.get(source.getName()))) {
                problems.add(source.getName() + " is not where its latest record is");
            }
            BigDecimal exact = travelled.getOrDefault(source.getName(), BigDecimal.ZERO);
            BigDecimal error =
                    new BigDecimal(source.getTravelled()).subtract(exact).abs();
            if (error.compareTo(exact.multiply(LARGEST_ERROR)) > 0) {
                problems.add(source.getName() + " travelled " + exact + " and not " + source.getTravelled());
            }
        }
        return problems;
    }

    private static BigDecimal line(Point start, Point end) {
        BigDecimal dx = BigDecimal.valueOf((long) end.getX() - start.getX());
        BigDecimal dy = BigDecimal.valueOf((long) end.getY() - start.getY());
        return dx.multiply(dx).add(dy.multiply(dy)).sqrt(MathContext.DECIMAL128);
    }
}
