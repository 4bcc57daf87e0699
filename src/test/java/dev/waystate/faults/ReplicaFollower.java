package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Follows the log from its beginning, and goes on at the next replica when its call has ended. */
final class ReplicaFollower implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 50_000_000;

    private final List<Record> seen = new ArrayList<>();
    private final List<StatusRuntimeException> unexpected = new CopyOnWriteArrayList<>();
    private final CancellableContext context = Context.current().withCancellation();
    private final Thread thread;
    private volatile long position;
    private String logId = "";

    ReplicaFollower(int... ports) {
        thread = new Thread(context.wrap(() -> {
            for (int turn = 0; !context.isCancelled(); turn++) {
                follow(ports[turn % ports.length]);
            }
        }));
        thread.start();
    }

    private void follow(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            Iterator<ReadResponse> responses = StateLogServiceGrpc.newBlockingStub(channel)
                    .read(ReadRequest.newBuilder()
                            .setAfterPosition(position)
                            .setLogId(logId)
                            .setFollow(true)
                            .build());
            while (responses.hasNext()) {
                ReadResponse response = responses.next();
                seen.addAll(response.getBatch().getRecordsList());
                position = response.getPosition();
                logId = response.getLogId();
            }
        } catch (StatusRuntimeException cut) {
            // A replica is gone, not as far as another one, or builds its view again.
            if (!context.isCancelled() && cut.getStatus().getCode() != Code.UNAVAILABLE) {
                unexpected.add(cut);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        } finally {
            channel.shutdownNow();
        }
    }

    /** Waits until it has come to the end of a log, and ends it: it has seen each record once, in order. */
    void assertSees(List<Record> log) throws InterruptedException {
        await().atMost(TIMEOUT).until(() -> position == log.size());
        close();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(unexpected).isEmpty();
        LogAudit.assertAgree(seen, log);
    }

    @Override
    public void close() {
        context.cancel(null);
    }
}
