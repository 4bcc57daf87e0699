package dev.waystate.faults;

import dev.waystate.proto.Point;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A source that appends until it is stopped, resumes after every disconnect, and remembers what was acknowledged. */
final class JournalingAppender implements Runnable {

    private static final int BATCH = 10;
    private static final int UNACKNOWLEDGED = 50;

    private final String source;
    private final int port;
    private final AtomicBoolean stopped;
    private final AtomicLong acknowledged;
    private final Duration pause;

    /**
     * @param acknowledged the last acknowledged sequence, which outlives this appender
     * @param stopped ends it
     */
    JournalingAppender(String source, int port, AtomicLong acknowledged, AtomicBoolean stopped) {
        this(source, port, acknowledged, stopped, Duration.ZERO);
    }

    /** @param pause after each batch */
    JournalingAppender(String source, int port, AtomicLong acknowledged, AtomicBoolean stopped, Duration pause) {
        this.source = source;
        this.port = port;
        this.acknowledged = acknowledged;
        this.stopped = stopped;
        this.pause = pause;
    }

    @Override
    public void run() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor() // or an acknowledgement could still wait for a thread when the channel has ended
                .build();
        try {
            append(StateLogServiceGrpc.newStub(channel));
            channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS); // no acknowledgement comes later
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            channel.shutdownNow();
        }
    }

    private void append(StateLogServiceGrpc.StateLogServiceStub stub) throws InterruptedException {
        Acknowledgements acknowledgements = new Acknowledgements();
        StreamObserver<AppendRequest> requests = stub.append(acknowledgements);
        requests.onNext(AppendRequest.newBuilder().setSource(source).build());
        if (!acknowledgements.first.await(20, TimeUnit.SECONDS)) {
            return;
        }
        long next = acknowledgements.resumeAfter + 1;
        while (!stopped.get() && acknowledgements.ended.getCount() > 0) {
            if (next - acknowledged.get() > UNACKNOWLEDGED * BATCH) {
                acknowledgements.ended.await(1, TimeUnit.MILLISECONDS);
                continue;
            }
            requests.onNext(batch(next));
            next += BATCH;
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private AppendRequest batch(long first) {
        AppendRequest.Builder request = AppendRequest.newBuilder().setFirstSequence(first);
        for (long sequence = first; sequence < first + BATCH; sequence++) {
            request.addReports(Report.newBuilder()
                    .setStatusValue(1)
                    .setInfo(source + " " + sequence)
                    .setLocation(location(sequence)));
        }
        return request.build();
    }

    /** Goes here and there, and is at the same place when a report is sent again. */
    private static Point location(long sequence) {
        Random random = new Random(sequence);
        return Point.newBuilder()
                .setX(random.nextInt(1_000))
                .setY(random.nextInt(1_000))
                .build();
    }

    private final class Acknowledgements implements StreamObserver<AppendResponse> {

        private final CountDownLatch first = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile long resumeAfter;

        @Override
        public void onNext(AppendResponse response) {
            if (first.getCount() > 0) {
                resumeAfter = response.getDurableSequence();
            }
            acknowledged.accumulateAndGet(response.getDurableSequence(), Math::max);
            first.countDown();
        }

        @Override
        public void onError(Throwable problem) {
            onCompleted();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
            first.countDown();
        }
    }
}
