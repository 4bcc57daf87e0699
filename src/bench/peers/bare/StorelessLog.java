package dev.waystate.displacement;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The floor for following: what is appended goes to the readers at once, and is not kept. */
class StorelessLog extends StateLogServiceImplBase {

    private final List<StreamObserver<ReadResponse>> readers = new CopyOnWriteArrayList<>();

    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
        responses.onNext(ReadResponse.newBuilder()
                .setCaughtUp(CaughtUp.getDefaultInstance())
                .build());
        readers.add(responses);
    }

    @Override
    public void getSummary(GetSummaryRequest request, StreamObserver<GetSummaryResponse> responses) {
        responses.onNext(GetSummaryResponse.getDefaultInstance());
        responses.onCompleted();
    }

    @Override
    public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
        return new StreamObserver<>() {
            @Override
            public void onNext(AppendRequest request) {
                long sequence = request.getFirstSequence();
                RecordBatch.Builder records = RecordBatch.newBuilder();
                for (Report report : request.getReportsList()) {
                    records.addRecords(Record.newBuilder()
                            .setSource(request.getSource())
                            .setSequence(sequence++)
                            .setStatus(report.getStatus())
                            .setInfo(report.getInfo()));
                }
                responses.onNext(AppendResponse.newBuilder()
                        .setDurableSequence(sequence - 1)
                        .build());
                ReadResponse news = ReadResponse.newBuilder().setBatch(records).build();
                readers.forEach(reader -> send(reader, news));
            }

            @Override
            public void onError(Throwable cancellation) {}

            @Override
            public void onCompleted() {
                responses.onCompleted();
            }
        };
    }

    private void send(StreamObserver<ReadResponse> reader, ReadResponse news) {
        try {
            reader.onNext(news);
        } catch (RuntimeException gone) {
            readers.remove(reader);
        }
    }
}
