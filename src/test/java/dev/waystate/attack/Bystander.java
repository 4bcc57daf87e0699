package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Somebody who calls one method after the other, on one connection, and notices what fails and how long it takes. */
final class Bystander implements AutoCloseable {

    private static final int DEADLINE_SECONDS = 10;
    private static final int REPORTS = 5;
    private static final int SOURCES = 10;
    private static final int RECORDS = 50;

    enum Kind {
        UNARY,
        STREAM_STATE,
        LIST_SOURCES,
        READ
    }

    private final Client client;

    Bystander(ServerProcess server) {
        client = Client.of(server);
    }

    /** Calls for so long, and returns the median time of each kind of call. A call that fails, fails this. */
    Map<Kind, Duration> medianTimes(Duration time) throws Exception {
        Map<Kind, List<Duration>> times = new EnumMap<>(Kind.class);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < time.toNanos()) {
            for (Kind kind : Kind.values()) {
                long start = System.nanoTime();
                call(kind);
                times.computeIfAbsent(kind, any -> new ArrayList<>()).add(Duration.ofNanos(System.nanoTime() - start));
            }
        }
        Map<Kind, Duration> medians = new EnumMap<>(Kind.class);
        times.forEach((kind, all) -> medians.put(kind, median(all)));
        return medians;
    }

    private static Duration median(List<Duration> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private void call(Kind kind) throws Exception {
        switch (kind) {
            case UNARY -> client.displacement();
            case STREAM_STATE -> client.streamState(REPORTS);
            case LIST_SOURCES ->
                assertThat(log().listSources(ListSourcesRequest.newBuilder()
                                        .setPageSize(SOURCES)
                                        .build())
                                .getSourcesCount())
                        .isBetween(1, SOURCES);
            case READ -> readTheLastRecords();
        }
    }

    private void readTheLastRecords() {
        long head = log().getSummary(GetSummaryRequest.getDefaultInstance()).getHeadPosition();
        Iterator<ReadResponse> responses = log().read(ReadRequest.newBuilder()
                .setAfterPosition(head - RECORDS)
                .build());
        int records = 0;
        boolean caughtUp = false;
        while (responses.hasNext()) {
            ReadResponse response = responses.next();
            records += response.getBatch().getRecordsCount();
            caughtUp |= response.hasCaughtUp();
        }
        assertThat(records).isGreaterThanOrEqualTo(RECORDS);
        assertThat(caughtUp).isTrue();
    }

    private StateLogServiceBlockingStub log() {
        return StateLogServiceGrpc.newBlockingStub(client.channel())
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
    }
}
