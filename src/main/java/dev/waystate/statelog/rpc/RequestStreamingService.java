package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.RequiresPermission;
import dev.waystate.server.OpenStreams;
import dev.waystate.statelog.StateLog;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/** Takes streams of state reports without sequences. */
@GrpcService(interceptors = SourceInterceptor.class)
class RequestStreamingService extends RequestStreamingImplBase {

    private final StateLog stateLog;
    private final Reports reports;
    private final InFlightReports inFlight;
    private final StateLogProperties properties;
    private final OpenStreams openStreams;

    RequestStreamingService(
            StateLog stateLog,
            Reports reports,
            InFlightReports inFlight,
            StateLogProperties properties,
            OpenStreams openStreams) {
        this.stateLog = stateLog;
        this.reports = reports;
        this.inFlight = inFlight;
        this.properties = properties;
        this.openStreams = openStreams;
    }

    @Override
    @RequiresPermission(Permission.STATE_WRITE)
    public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
        String source = SourceInterceptor.currentSource();
        return new ReportStream(
                (ServerCallStreamObserver<Empty>) responses,
                source,
                reports,
                stateLog,
                inFlight,
                new StreamLog(source, Caller.current(), properties.reportsLogged()),
                openStreams);
    }
}
