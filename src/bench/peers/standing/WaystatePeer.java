import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** This service, by grpc-java: Append on a stream for each lane, or stream_state with a call for each append. */
class WaystatePeer implements Peer {

    private final int port;

    WaystatePeer(int port) {
        this.port = port;
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 10_000, 8, 1, this::lane),
                new Load("batches", 100, 8, 1, this::lane),
                new Load("single", 1, 8, 32, this::lane),
                new Load("stream_state", 1, 8, 32, this::streamState));
    }

    private ManagedChannel channel() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(16 * 1024 * 1024)
                .build();
    }

    @Override
    public Lane lane() {
        ManagedChannel channel = channel();
        return Lane.on(channel::shutdownNow, new AppendLane(StateLogServiceGrpc.newStub(channel)));
    }

    private Lane streamState() {
        ManagedChannel channel = channel();
        RequestStreamingGrpc.RequestStreamingStub stub = RequestStreamingGrpc.newStub(channel);
        Data report = Data.newBuilder().setStatusValue(STATUS).setInfo(INFO).build();
        return Lane.on(channel::shutdownNow, reports -> {
            Ending<Empty> end = new Ending<>();
            StreamObserver<Data> requests = stub.streamState(end);
            for (int i = 0; i < reports; i++) {
                requests.onNext(report);
            }
            requests.onCompleted();
            return end;
        });
    }

    private static final class AppendLane implements Lane, StreamObserver<AppendResponse> {

        private record Batch(long lastSequence, CompletableFuture<Void> acknowledged) {}

        private final Report report =
                Report.newBuilder().setStatusValue(STATUS).setInfo(INFO).build();
        private final String source = SOURCE + System.nanoTime();
        private final Queue<Batch> underWay = new ConcurrentLinkedQueue<>();
        private final StreamObserver<AppendRequest> requests;
        private long sent;

        AppendLane(StateLogServiceGrpc.StateLogServiceStub stub) {
            requests = stub.append(this);
        }

        @Override
        public CompletableFuture<Void> append(int reports) {
            AppendRequest request = AppendRequest.newBuilder()
                    .setSource(sent == 0 ? source : "")
                    .setFirstSequence(sent + 1)
                    .addAllReports(Collections.nCopies(reports, report))
                    .build();
            sent += reports;
            Batch batch = new Batch(sent, new CompletableFuture<>());
            underWay.add(batch);
            requests.onNext(request);
            return batch.acknowledged;
        }

        @Override
        public void onNext(AppendResponse response) {
            while (!underWay.isEmpty() && underWay.peek().lastSequence <= response.getDurableSequence()) {
                underWay.poll().acknowledged.complete(null);
            }
        }

        @Override
        public void onError(Throwable problem) {
            underWay.forEach(batch -> batch.acknowledged.completeExceptionally(problem));
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the stream was ended"));
        }
    }

    @Override
    public void replay(int reports) throws Exception {
        Reader reader = new Reader(reports, read -> {});
        StateLogServiceGrpc.newStub(channel())
                .read(ReadRequest.newBuilder().setAfterPosition(0).build(), reader);
        reader.end.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void follow(IntConsumer arrived) throws Exception {
        Reader reader = new Reader(Integer.MAX_VALUE, arrived);
        ReadRequest request = ReadRequest.newBuilder()
                .setFromHead(FromHead.getDefaultInstance())
                .setFollow(true)
                .build();
        StateLogServiceGrpc.newStub(channel()).read(request, reader);
        reader.caughtUp.get(10, TimeUnit.SECONDS);
    }

    @Override
    public long stored() {
        return StateLogServiceGrpc.newBlockingStub(channel())
                .getSummary(GetSummaryRequest.getDefaultInstance())
                .getHeadPosition();
    }

    /** Reads until it has so many records, and checks that none is missing. */
    private static final class Reader implements ClientResponseObserver<ReadRequest, ReadResponse> {

        final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        private final int records;
        private final IntConsumer arrived;
        private ClientCallStreamObserver<ReadRequest> call;
        private long first;
        private int read;

        Reader(int records, IntConsumer arrived) {
            this.records = records;
            this.arrived = arrived;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ReadRequest> call) {
            this.call = call;
        }

        @Override
        public void onNext(ReadResponse response) {
            if (response.hasCaughtUp()) {
                caughtUp.complete(null);
            }
            int size = response.getBatch().getRecordsCount();
            if (size == 0) {
                return;
            }
            first = read == 0 ? response.getBatch().getRecords(0).getPosition() : first;
            read += size;
            arrived.accept(size);
            if (response.getBatch().getRecords(size - 1).getPosition() != first + read - 1) {
                end.completeExceptionally(new IllegalStateException("a record is missing before " + response));
            } else if (read >= records) {
                end.complete(null);
                call.cancel("has enough", null);
            }
        }

        @Override
        public void onError(Throwable problem) {
            caughtUp.completeExceptionally(problem);
            end.completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the log has only " + read + " records"));
        }
    }

    /** The end of a call that has no answer but its end. */
    private static final class Ending<T> extends CompletableFuture<Void> implements StreamObserver<T> {

        @Override
        public void onNext(T response) {}

        @Override
        public void onError(Throwable problem) {
            completeExceptionally(problem);
        }

        @Override
        public void onCompleted() {
            complete(null);
        }
    }
}
