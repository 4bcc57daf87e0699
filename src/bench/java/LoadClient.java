import com.google.common.primitives.Bytes;
import com.google.protobuf.Timestamp;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * What h2load cannot send, or cannot check. Each command prints its result as one line of numbers, and fails when a call
 * does not end with the status OK or with what was asked for.
 */
class LoadClient {

    private static final String INFO = "Requires watering.";

    /** How often a question's calls are repeated: the client has to warm up, too. */
    private static final int ROUNDS = 8;

    /** Arguments: the command, the port, and what the command takes. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        long[] numbers = Arrays.stream(args).skip(2).mapToLong(Long::parseLong).toArray();
        switch (args[0]) {
            case "check-unary" -> checkUnary(port);
            case "check-stream" -> checkStream(port);
            case "append" -> append(port, numbers, false);
            case "append-located" -> append(port, numbers, true);
            case "acknowledge" -> acknowledge(port, (int) numbers[0], (int) numbers[1]);
            case "locate" -> locate(port, (int) numbers[0], (int) numbers[1]);
            case "near" -> near(port, (int) numbers[0], (int) numbers[1], (int) numbers[2]);
            case "records" -> records(port, (int) numbers[0]);
            case "since" -> since(port, (int) numbers[0]);
            case "replay" -> replay(port, numbers[0], numbers[1], numbers[2]);
            case "follow" -> follow(port, (int) numbers[0], (int) numbers[1]);
            default -> throw new IllegalArgumentException("no such command: " + args[0]);
        }
        System.exit(0); // the channels' threads are of no more use
    }

    private static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(16 * 1024 * 1024)
                .build();
    }

    private static void checkUnary(int port) {
        Displacement displacement = Displacement.newBuilder()
                .setStart(Point.newBuilder().setY(12))
                .setEnd(Point.newBuilder().setX(12).setY(14))
                .build();
        float distance = DisplacementServiceGrpc.newBlockingStub(channel(port))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(displacement)
                .getDistance();
        if (distance != 12.165525f) {
            throw new IllegalStateException("wrong distance: " + distance);
        }
    }

    private static void checkStream(int port) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        StreamObserver<Data> reports = RequestStreamingGrpc.newStub(channel(port))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .streamState(new Ending<Empty>(end));
        for (int i = 0; i < 100; i++) {
            reports.onNext(
                    Data.newBuilder().setStatus(Status.THIRSTY).setInfo(INFO).build());
        }
        reports.onCompleted();
        end.join();
    }

    /**
     * Appends for a while with several streams, each of which has a number of batches under way. Prints the reports a
     * second in the last quarter of the time, when this process has warmed up, and how many were acknowledged in all.
     * Further numbers are ports of other replicas, which have a part of the streams.
     */
    private static void append(int port, long[] numbers, boolean located) {
        int[] ports = IntStream.concat(
                        IntStream.of(port), Arrays.stream(numbers).skip(4).mapToInt(other -> (int) other))
                .toArray();
        append(ports, numbers[0], (int) numbers[1], new Batch(reports((int) numbers[2], located)), (int) numbers[3]);
    }

    private static void append(int[] ports, long millis, int streams, Batch batch, int window) {
        List<AppendLoad> loads = new ArrayList<>();
        AtomicLong acknowledged = new AtomicLong();
        long start = System.nanoTime();
        long deadline = start + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int i = 0; i < streams; i++) {
            AppendLoad load = new AppendLoad("append-" + System.nanoTime() + "-" + i, batch, deadline, acknowledged);
            load.start(channel(ports[i % ports.length]), window);
            loads.add(load);
        }
        LockSupport.parkNanos(deadline - System.nanoTime() - (deadline - start) / 4);
        long measuredFrom = System.nanoTime();
        long before = acknowledged.get();
        loads.forEach(load -> load.end.join());
        double seconds = (System.nanoTime() - measuredFrom) / 1e9;
        System.out.printf("%.0f %d%n", (acknowledged.get() - before) / seconds, acknowledged.get());
    }

    /** Reports that are made into bytes once, as h2load's requests are: making them took more time than the server's. */
    private static final class Batch {

        final int size;
        private final byte[] reports;

        Batch(List<Report> reports) {
            this.size = reports.size();
            this.reports =
                    AppendRequest.newBuilder().addAllReports(reports).build().toByteArray();
        }

        /** Returns a request: the fields of a message may be in its bytes one after the other, in any order. */
        byte[] from(String source, long firstSequence) {
            byte[] begin = AppendRequest.newBuilder()
                    .setSource(source)
                    .setFirstSequence(firstSequence)
                    .build()
                    .toByteArray();
            return Bytes.concat(begin, reports);
        }
    }

    private static final class RequestBytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] request) {
            return new ByteArrayInputStream(request);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("requests are only sent");
        }
    }

    /** Sends the next batch whenever one is acknowledged, until the time is over. */
    private static final class AppendLoad implements StreamObserver<AppendResponse> {

        final CompletableFuture<Void> end = new CompletableFuture<>();
        private final String source;
        private final Batch batch;
        private final long deadline;
        private final AtomicLong acknowledged;
        private StreamObserver<byte[]> requests;
        private long sent;
        private long durable;
        private boolean completed;

        AppendLoad(String source, Batch batch, long deadline, AtomicLong acknowledged) {
            this.source = source;
            this.batch = batch;
            this.deadline = deadline;
            this.acknowledged = acknowledged;
        }

        synchronized void start(ManagedChannel channel, int window) {
            MethodDescriptor<AppendRequest, AppendResponse> method = StateLogServiceGrpc.getAppendMethod();
            requests = ClientCalls.asyncBidiStreamingCall(
                    channel.newCall(
                            method.toBuilder(new RequestBytes(), method.getResponseMarshaller())
                                    .build(),
                            CallOptions.DEFAULT),
                    this);
            for (int i = 0; i < window; i++) {
                send();
            }
        }

        private void send() {
            requests.onNext(batch.from(sent == 0 ? source : "", sent + 1));
            sent += batch.size;
        }

        @Override
        public synchronized void onNext(AppendResponse response) {
            acknowledged.addAndGet(response.getDurableSequence() - durable);
            durable = response.getDurableSequence();
            if (System.nanoTime() < deadline) {
                send();
            } else if (!completed) {
                completed = true;
                requests.onCompleted();
            }
        }

        @Override
        public void onError(Throwable problem) {
            end.completeExceptionally(problem);
        }

        @Override
        public synchronized void onCompleted() {
            if (durable != sent) {
                end.completeExceptionally(new IllegalStateException(durable + " of " + sent + " acknowledged"));
            }
            end.complete(null);
        }
    }

    /**
     * Appends one report after another at a rate. Prints the median and the p99 of the times in microseconds. As many
     * reports before them warm up.
     */
    private static void acknowledge(int port, int calls, int perSecond) throws InterruptedException {
        long[] waits = new long[2 * calls];
        SynchronousQueue<AppendResponse> acknowledged = new SynchronousQueue<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        StreamObserver<AppendRequest> requests = StateLogServiceGrpc.newStub(channel(port))
                .append(new Ending<>(end) {
                    @Override
                    public void onNext(AppendResponse response) {
                        try {
                            acknowledged.put(response);
                        } catch (InterruptedException interrupted) {
                            throw new IllegalStateException(interrupted);
                        }
                    }
                });
        for (int i = 0; i < waits.length; i++) {
            long start = System.nanoTime();
            requests.onNext(AppendRequest.newBuilder()
                    .setSource("acknowledge-" + ProcessHandle.current().pid())
                    .setFirstSequence(i + 1)
                    .addReports(report())
                    .build());
            AppendResponse response = acknowledged.poll(30, TimeUnit.SECONDS);
            waits[i] = System.nanoTime() - start;
            if (response == null || response.getDurableSequence() != i + 1) {
                throw new IllegalStateException("not acknowledged: " + response);
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / perSecond - waits[i]);
        }
        requests.onCompleted();
        end.join();
        Arrays.sort(waits, calls, waits.length);
        System.out.printf("%.0f %.0f%n", waits[calls + calls / 2] / 1e3, waits[calls + calls * 99 / 100] / 1e3);
    }

    private static Report report() {
        return Report.newBuilder().setStatus(Status.THIRSTY).setInfo(INFO).build();
    }

    /** Returns reports that are all alike, or each of which is elsewhere. */
    private static List<Report> reports(int count, boolean located) {
        List<Report> reports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reports.add(
                    located
                            ? report().toBuilder()
                                    .setLocation(point(i * 37 % 1_000, i * 53 % 1_000))
                                    .build()
                            : report());
        }
        return reports;
    }

    private static Point point(int x, int y) {
        return Point.newBuilder().setX(x).setY(y).build();
    }

    /** Has many sources report once from somewhere in a square around the origin. */
    private static void locate(int port, int sources, int side) {
        Random random = new Random(1);
        Semaphore window = new Semaphore(256);
        List<StateLogServiceGrpc.StateLogServiceStub> stubs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            stubs.add(StateLogServiceGrpc.newStub(channel(port)));
        }
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            window.acquireUninterruptibly();
            CompletableFuture<Void> end = new CompletableFuture<>();
            end.whenComplete((done, problem) -> window.release());
            ends.add(end);
            StreamObserver<AppendRequest> requests = stubs.get(i % 8).append(new Ending<AppendResponse>(end));
            requests.onNext(AppendRequest.newBuilder()
                    .setSource("source-" + i)
                    .setFirstSequence(1)
                    .addReports(report().toBuilder()
                            .setLocation(point(random.nextInt(side) - side / 2, random.nextInt(side) - side / 2)))
                    .build());
            requests.onCompleted();
        }
        ends.forEach(CompletableFuture::join);
    }

    /** Prints the median microseconds for the 100 nearest within a radius around somewhere. */
    private static void near(int port, int calls, int side, int radius) {
        Random random = new Random(2);
        StateLogServiceGrpc.StateLogServiceBlockingStub stub = StateLogServiceGrpc.newBlockingStub(channel(port));
        printMedian(calls, () -> {
            Near near = Near.newBuilder()
                    .setPoint(point(random.nextInt(side / 2) - side / 4, random.nextInt(side / 2) - side / 4))
                    .setWithin(radius)
                    .build();
            int found = stub.listSources(
                            ListSourcesRequest.newBuilder().setNear(near).build())
                    .getSourcesCount();
            if (found != 100) {
                throw new IllegalStateException("expected 100 sources, got " + found);
            }
        });
    }

    /** Prints the median microseconds for the last 100 records of a source that reports rarely. */
    private static void records(int port, int calls) {
        StateLogServiceGrpc.StateLogServiceBlockingStub stub = StateLogServiceGrpc.newBlockingStub(channel(port));
        ListRecordsRequest request =
                ListRecordsRequest.newBuilder().setSource("source-0").build();
        printMedian(calls, () -> {
            int found = stub.listRecords(request).getRecordsCount();
            if (found != 100) {
                throw new IllegalStateException("expected 100 records, got " + found);
            }
        });
    }

    /**
     * Prints the median microseconds until the first record since a time is there. The rest is cancelled, of which a
     * connection may do only so much: each round has one of its own, and the last one counts.
     */
    private static void since(int port, int calls) {
        Random random = new Random(3);
        long median = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StateLogServiceGrpc.StateLogServiceBlockingStub stub = StateLogServiceGrpc.newBlockingStub(channel(port));
            long head = stub.getSummary(GetSummaryRequest.getDefaultInstance()).getHeadPosition();
            List<Timestamp> times = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                times.add(first(stub, ReadRequest.newBuilder().setAfterPosition(random.nextLong(head)))
                        .getRecordedAt());
            }
            Iterator<Timestamp> next = times.iterator();
            median = median(calls, () -> {
                Timestamp time = next.next();
                if (!first(stub, ReadRequest.newBuilder().setSince(time))
                        .getRecordedAt()
                        .equals(time)) {
                    throw new IllegalStateException("expected a record of " + time);
                }
            });
        }
        System.out.println(median);
    }

    private static Record first(StateLogServiceGrpc.StateLogServiceBlockingStub stub, ReadRequest.Builder request) {
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            return context.call(
                    () -> stub.read(request.build()).next().getBatch().getRecords(0));
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** Prints the median of the last round. Those before it warm up. */
    private static void printMedian(int calls, Runnable call) {
        long median = 0;
        for (int round = 0; round < ROUNDS; round++) {
            median = median(calls, call);
        }
        System.out.println(median);
    }

    private static long median(int calls, Runnable call) {
        long[] nanos = new long[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[calls / 2] / 1_000;
    }

    /** Reads again and again until the time to warm up is over, then once more, and prints the records a second of that. */
    private static void replay(int port, long after, long expected, long warmMillis) {
        StateLogServiceGrpc.StateLogServiceBlockingStub stub = StateLogServiceGrpc.newBlockingStub(channel(port));
        long warm = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(warmMillis);
        while (System.nanoTime() < warm) {
            replay(stub, after, expected);
        }
        long start = System.nanoTime();
        replay(stub, after, expected);
        System.out.printf("%.0f%n", expected / ((System.nanoTime() - start) / 1e9));
    }

    /** Reads what follows a position, and checks that nothing is missing. */
    private static void replay(StateLogServiceGrpc.StateLogServiceBlockingStub stub, long after, long expected) {
        Iterator<ReadResponse> responses =
                stub.read(ReadRequest.newBuilder().setAfterPosition(after).build());
        long position = after;
        while (responses.hasNext()) {
            for (Record record : responses.next().getBatch().getRecordsList()) {
                if (record.getPosition() != ++position) {
                    throw new IllegalStateException("expected " + position + ", got " + record.getPosition());
                }
            }
        }
        if (position - after != expected) {
            throw new IllegalStateException("expected " + expected + " records, got " + (position - after));
        }
    }

    /**
     * Appends at an even rate, ten reports a request, and follows. Prints the 50th and the 99th percentile of the
     * microseconds from before the append until the reader has the record; the first half of the time warms up.
     */
    private static void follow(int port, int millis, int rate) throws InterruptedException {
        int batch = 10;
        int batches = (int) ((long) rate * millis / 1_000 / batch);
        Follower follower = new Follower(batches, batch);
        long head = StateLogServiceGrpc.newBlockingStub(channel(port))
                .getSummary(GetSummaryRequest.getDefaultInstance())
                .getHeadPosition();
        StateLogServiceGrpc.StateLogServiceStub reader = StateLogServiceGrpc.newStub(channel(port));
        reader.read(
                ReadRequest.newBuilder()
                        .setAfterPosition(head)
                        .addSources(follower.source)
                        .setFollow(true)
                        .build(),
                follower);
        follower.caughtUp.orTimeout(60, TimeUnit.SECONDS).join();
        CompletableFuture<Void> appended = new CompletableFuture<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(channel(port)).append(new Ending<AppendResponse>(appended));
        long start = System.nanoTime();
        for (int i = 0; i < batches; i++) {
            long due = start + i * (1_000_000_000L * batch / rate);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            follower.sentAt[i] = due; // not the time after a delay: waiting for the sender counts, too
            requests.onNext(AppendRequest.newBuilder()
                    .setSource(follower.source)
                    .setFirstSequence((long) i * batch + 1)
                    .addAllReports(Collections.nCopies(batch, report()))
                    .build());
        }
        requests.onCompleted();
        appended.join();
        follower.complete.orTimeout(10, TimeUnit.SECONDS).join();
        long[] delays =
                Arrays.stream(follower.delays).skip(batches / 2).sorted().toArray();
        System.out.printf("%d %d%n", delays[delays.length / 2] / 1_000, delays[(int) (delays.length * 0.99)] / 1_000);
    }

    private static final class Follower implements StreamObserver<ReadResponse> {

        final String source = "follow-" + System.nanoTime();
        final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
        final CompletableFuture<Void> complete = new CompletableFuture<>();
        final long[] sentAt;
        final long[] delays;
        private final int batch;

        Follower(int batches, int batch) {
            this.sentAt = new long[batches];
            this.delays = new long[batches];
            this.batch = batch;
        }

        @Override
        public void onNext(ReadResponse response) {
            if (response.hasCaughtUp()) {
                caughtUp.complete(null);
            }
            for (Record record : response.getBatch().getRecordsList()) {
                if (record.getSequence() % batch != 0) {
                    continue; // the last report of a request stands for all
                }
                int index = (int) (record.getSequence() / batch) - 1;
                delays[index] = System.nanoTime() - sentAt[index];
                if (index == delays.length - 1) {
                    complete.complete(null);
                }
            }
        }

        @Override
        public void onError(Throwable problem) {
            caughtUp.completeExceptionally(problem);
            complete.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the follower was ended"));
        }
    }

    /** Takes answers until the call ends, with OK or not. */
    private static class Ending<T> implements StreamObserver<T> {

        private final CompletableFuture<Void> end;

        Ending(CompletableFuture<Void> end) {
            this.end = end;
        }

        @Override
        public void onNext(T response) {}

        @Override
        public void onError(Throwable problem) {
            end.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }
}
