package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.RequiresPermission;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.memory.MemoryBudgets;
import dev.waystate.statelog.StateLog;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import net.devh.boot.grpc.server.service.GrpcService;

/** The log's own service. What reads the log runs on the executor; what appends to it never blocks. */
@GrpcService
class StateLogService implements StateLogServiceGrpc.AsyncService, BindableService {

    /**
     * The most bytes of a page of records or sources. Clients take 4 MiB in one message, unless they are set up
     * otherwise.
     */
    static final int MOST_BYTES = 3 * 1024 * 1024;

    private final ConcurrentMap<String, AppendStream> appendStreams = new ConcurrentHashMap<>();
    private final StateLog stateLog;
    private final ReportChecks reports;
    private final MemoryBudget pending;
    private final WriteAccess writeAccess;
    private final ReadStreams readStreams;
    private final SourcePages sourcePages;
    private final HistoryPages historyPages;
    private final Summaries summaries;
    private final Executor rpcExecutor;

    StateLogService(
            StateLog stateLog,
            ReportChecks reports,
            MemoryBudgets memory,
            WriteAccess writeAccess,
            ReadStreams readStreams,
            SourcePages sourcePages,
            HistoryPages historyPages,
            Summaries summaries,
            Executor rpcExecutor) {
        this.stateLog = stateLog;
        this.reports = reports;
        this.pending = memory.pending();
        this.writeAccess = writeAccess;
        this.readStreams = readStreams;
        this.sourcePages = sourcePages;
        this.historyPages = historyPages;
        this.summaries = summaries;
        this.rpcExecutor = rpcExecutor;
    }

    @Override
    @RequiresPermission(Permission.STATE_WRITE)
    public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
        return new AppendStream(
                (ServerCallStreamObserver<AppendResponse>) responses,
                reports,
                stateLog,
                pending,
                appendStreams,
                writeAccess);
    }

    /** Takes the calls of {@code Read}, whose responses are encoded already. */
    @RequiresPermission(Permission.STATE_READ)
    public void read(ReadRequest request, ServerCallStreamObserver<EncodedResponse> responses) {
        new ReadStream(responses, stateLog, request, readStreams).start();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return EncodedResponse.replaceRead(
                StateLogServiceGrpc.bindService(this),
                (request, responses) -> read(request, (ServerCallStreamObserver<EncodedResponse>) responses));
    }

    @Override
    @RequiresPermission(Permission.STATE_READ)
    public void listRecords(ListRecordsRequest request, StreamObserver<ListRecordsResponse> responses) {
        answer(responses, request.getMinPosition(), MOST_BYTES, room -> historyPages.records(request, room));
    }

    @Override
    @RequiresPermission(Permission.STATE_READ)
    public void listSources(ListSourcesRequest request, StreamObserver<ListSourcesResponse> responses) {
        long position = Math.max(request.getMinPosition(), request.getAsOf().getPosition());
        answer(responses, position, MOST_BYTES, room -> sourcePages.page(request, room));
    }

    @Override
    @RequiresPermission(Permission.STATE_READ)
    public void listTransitions(ListTransitionsRequest request, StreamObserver<ListTransitionsResponse> responses) {
        answer(
                responses,
                request.getMinPosition(),
                HistoryPages.TRANSITION_BYTES,
                room -> historyPages.transitions(request, room));
    }

    @Override
    @RequiresPermission(Permission.STATE_READ)
    public void getSummary(GetSummaryRequest request, StreamObserver<GetSummaryResponse> responses) {
        int mostBytes = request.hasPeriod() ? Summaries.MOST_BYTES_OVER_TIME : Summaries.MOST_BYTES;
        long position = Math.max(request.getMinPosition(), request.getAsOf().getPosition());
        // A summary cannot be cut: where there is less room than it takes, it takes more for a moment.
        answer(responses, position, mostBytes, room -> summaries.summary(request));
    }

    /** Answers once the log has come to a position. */
    private <T> void answer(StreamObserver<T> responses, long minPosition, int mostBytes, IntFunction<T> response) {
        Answer<T> answer = new Answer<>((ServerCallStreamObserver<T>) responses, mostBytes, response, rpcExecutor);
        stateLog.reached(minPosition).whenComplete((reached, problem) -> answer.begin(problem));
    }
}
