package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two writers take one source from each other, each at a replica of its own. */
@Timeout(300)
class TakeoverIT {

    /** How often each takes the source. */
    private static final int TAKEOVERS = 10 * Integer.getInteger("test.replica-rounds", 2);

    private static final String SOURCE = "contested";

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedToAStreamIsWhatIsStored() throws Exception {
        String topic = "takeover-" + UUID.randomUUID();
        try (Replicas replicas =
                        Replicas.start(directory, 2, KafkaBroker.shared().bootstrap(), topic);
                Fighter one = new Fighter("one", replicas.port(0));
                Fighter other = new Fighter("other", replicas.port(1))) {
            await().atMost(Duration.ofMinutes(4))
                    .until(() -> one.takeovers >= TAKEOVERS && other.takeovers >= TAKEOVERS);
            one.finish();
            other.finish();

            List<Record> records = replicas.awaitAgreement().records();
            Map<Long, String> stored = new ConcurrentHashMap<>();
            records.forEach(record -> stored.put(record.getSequence(), record.getInfo()));
            assertThat(stored).hasSameSizeAs(records);
            for (Fighter fighter : List.of(one, other)) {
                assertThat(fighter.failures).as("what a stream has ended with").containsOnly(Code.ABORTED);
                assertThat(fighter.acknowledged).isNotEmpty();
                assertThat(stored).containsAllEntriesOf(fighter.acknowledged);
            }
            assertThat(one.acknowledged)
                    .doesNotContainKeys(other.acknowledged.keySet().toArray(Long[]::new));
        }
    }

    /** Appends texts of its own, and takes the source again whenever it has lost it. */
    private static final class Fighter implements AutoCloseable {

        private static final int AHEAD = 20;

        private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        private final Set<Code> failures = ConcurrentHashMap.newKeySet();
        private final String name;
        private final ManagedChannel channel;
        private final Thread thread = new Thread(this::fight);
        private volatile int takeovers;
        private volatile boolean stopped;

        Fighter(String name, int port) {
            this.name = name;
            this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            thread.start();
        }

        private void fight() {
            try {
                while (!stopped) {
                    append();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** Appends until another stream has the source. */
        private void append() throws InterruptedException {
            Turn turn = new Turn();
            StreamObserver<AppendRequest> requests =
                    StateLogServiceGrpc.newStub(channel).append(turn);
            requests.onNext(AppendRequest.newBuilder().setSource(SOURCE).build());
            if (!turn.begun.await(20, TimeUnit.SECONDS)) {
                failures.add(Code.DEADLINE_EXCEEDED);
            }
            if (turn.ended.getCount() == 0) {
                return;
            }
            takeovers++;
            for (long next = turn.durable + 1; turn.ended.getCount() > 0 && !stopped; ) {
                if (next - turn.durable > AHEAD) {
                    turn.ended.await(1, TimeUnit.MILLISECONDS);
                    continue;
                }
                String info = name + " " + takeovers + " " + next;
                turn.sent.put(next, info);
                requests.onNext(AppendRequest.newBuilder()
                        .setFirstSequence(next++)
                        .addReports(Report.newBuilder().setInfo(info))
                        .build());
            }
            requests.onCompleted();
            turn.ended.await(20, TimeUnit.SECONDS);
        }

        void finish() throws InterruptedException {
            stopped = true;
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }

        @Override
        public void close() {
            stopped = true;
            channel.shutdownNow();
        }

        private final class Turn implements StreamObserver<AppendResponse> {

            private final NavigableMap<Long, String> sent = new ConcurrentSkipListMap<>();
            private final CountDownLatch begun = new CountDownLatch(1);
            private final CountDownLatch ended = new CountDownLatch(1);
            private volatile long durable;

            @Override
            public void onNext(AppendResponse response) {
                durable = response.getDurableSequence();
                acknowledged.putAll(sent.headMap(durable, true));
                begun.countDown();
            }

            @Override
            public void onError(Throwable takenOver) {
                failures.add(Status.fromThrowable(takenOver).getCode());
                onCompleted();
            }

            @Override
            public void onCompleted() {
                ended.countDown();
                begun.countDown();
            }
        }
    }
}
