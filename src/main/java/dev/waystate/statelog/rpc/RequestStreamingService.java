package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.RequiresPermission;
import dev.waystate.server.logging.LineBudget;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.memory.MemoryBudgets;
import dev.waystate.statelog.StateLog;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/** Takes streams of state reports without sequences. */
@GrpcService(interceptors = ReportMetadataInterceptor.class)
class RequestStreamingService extends RequestStreamingImplBase {

    /** The most lines a second of all streams: twice the most of a single one. */
    private static final int LOG_LINES_A_SECOND = 2_000;

    private final StateLog stateLog;
    private final ReportChecks reports;
    private final MemoryBudget pending;
    private final StateLogServiceProperties properties;
    private final LineBudget logLines = new LineBudget(LOG_LINES_A_SECOND);

    RequestStreamingService(
            StateLog stateLog, ReportChecks reports, MemoryBudgets memory, StateLogServiceProperties properties) {
        this.stateLog = stateLog;
        this.reports = reports;
        this.pending = memory.pending();
        this.properties = properties;
    }

    @Override
    @RequiresPermission(Permission.STATE_WRITE)
    public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
        ReportMetadata metadata = ReportMetadata.current();
        return new ReportStream(
                (ServerCallStreamObserver<Empty>) responses,
                metadata,
                reports,
                stateLog,
                pending,
                new StreamLogger(metadata.source(), Caller.current(), properties.reportsLogged(), logLines));
    }
}
