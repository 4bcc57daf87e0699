package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers whose streams are cut again and again while the log grows. */
class FollowersIT {

    private static final int CUTS_PER_FOLLOWER = 10;

    @TempDir
    Path directory;

    @Test
    void followersThatAreCutSeeEveryPositionOnceAndInOrder() throws Exception {
        for (List<Long> positions : positionsOfFollowers(20, 0)) {
            assertThat(positions).isNotEmpty().isEqualTo(inOrder(positions.size()));
        }
    }

    /** The control: a follower that resumes one position too early has that one twice. */
    @Test
    void followersThatResumeElsewhereAreNoticed() throws Exception {
        for (List<Long> positions : positionsOfFollowers(3, -1)) {
            assertThat(positions).isNotEmpty().isNotEqualTo(inOrder(positions.size()));
        }
    }

    private static List<Long> inOrder(int positions) {
        return LongStream.rangeClosed(1, positions).boxed().toList();
    }

    /** @param off how far from where it was cut each resumes */
    private List<List<Long>> positionsOfFollowers(int number, long off) throws Exception {
        List<List<Long>> positions = new ArrayList<>();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(number);
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            Thread appender = new Thread(new JournalingAppender("a", server.grpcPort(), acknowledged, stopped));
            appender.start();
            List<CompletableFuture<List<Long>>> followers = IntStream.range(0, number)
                    .mapToObj(
                            seed -> CompletableFuture.supplyAsync(() -> follow(server.grpcPort(), seed, off), threads))
                    .toList();
            for (CompletableFuture<List<Long>> follower : followers) {
                positions.add(follower.get(3, TimeUnit.MINUTES));
            }
            stopped.set(true);
            appender.join(30_000);
        } finally {
            threads.shutdownNow();
        }
        return positions;
    }

    /** Follows the log on a connection of its own, cuts it at random points, and returns the positions it saw. */
    private static List<Long> follow(int port, int seed, long off) {
        Random random = new Random(seed);
        List<Long> seen = new ArrayList<>();
        long position = 0;
        for (int cut = 0; cut < CUTS_PER_FOLLOWER; cut++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            CancellableContext context = Context.current().withCancellation();
            Context previous = context.attach();
            try {
                Iterator<ReadResponse> responses = StateLogServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(1, TimeUnit.MINUTES)
                        .read(ReadRequest.newBuilder()
                                .setAfterPosition(Math.max(0, position))
                                .setFollow(true)
                                .build());
                for (int messages = 1 + random.nextInt(20); messages > 0; messages--) {
                    ReadResponse response = responses.next();
                    response.getBatch().getRecordsList().stream()
                            .map(Record::getPosition)
                            .forEach(seen::add);
                    position = response.getPosition();
                }
                position += off;
                cut(channel, context, random.nextBoolean());
            } catch (StatusRuntimeException lost) {
                throw new IllegalStateException("The server ended the stream", lost);
            } finally {
                context.detach(previous);
                channel.shutdownNow();
            }
        }
        return seen;
    }

    /** Ends the stream by a cancellation, or by closing its connection. */
    private static void cut(ManagedChannel channel, CancellableContext context, boolean politely) {
        if (politely) {
            context.cancel(null);
        } else {
            channel.shutdownNow();
        }
    }
}
