package dev.waystate.console.live;

import dev.waystate.console.AsyncWriter;
import dev.waystate.console.Problem;
import dev.waystate.security.access.AdmittedRequest;
import dev.waystate.security.access.HttpAccess;
import dev.waystate.security.access.Permission;
import dev.waystate.server.http.AsyncAnswers;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.status.StatusTable;
import dev.waystate.server.telemetry.HttpCall;
import dev.waystate.server.telemetry.HttpCalls;
import dev.waystate.server.telemetry.RequestId;
import io.grpc.Status;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a page with a stream of frames, if its credential lets it read states. */
final class FramesServlet extends HttpServlet {

    static final String PATH = "/console/frames";

    /** The name of the stream in the log. */
    static final String METHOD = "GET " + PATH;

    private static final Logger log = LoggerFactory.getLogger(FramesServlet.class);
    private static final int RETRY_SECONDS = 5;

    private final transient FrameHub hub;
    private final transient HttpAccess access;
    private final transient HttpCalls calls;
    private final transient StatusTable statuses;

    FramesServlet(FrameHub hub, HttpAccess access, HttpCalls calls, StatusTable statuses) {
        this.hub = hub;
        this.access = access;
        this.calls = calls;
        this.statuses = statuses;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpCall call = calls.begin(METHOD, request);
        AsyncWriter.HEADERS.forEach(response::setHeader);
        response.setHeader(RequestId.ENTRY.name(), call.requestId());
        StreamStart start;
        try {
            start = StreamStart.of(request);
        } catch (InvalidRequestException invalid) {
            refuse(call, response, problem(invalid, call));
            return;
        }
        CompletableFuture<AdmittedRequest> admission = access.admit(request, Permission.STATE_READ, METHOD);
        AsyncContext async = AsyncAnswers.start(request);
        admission.whenComplete((admitted, refused) -> {
            try {
                if (refused != null) {
                    refuse(call, response, problem(refused, call));
                    async.complete();
                } else {
                    open(call, async, response, start, admitted);
                }
            } catch (IOException | RuntimeException problem) {
                log.warn("A stream has failed before it began", problem);
                call.end(Status.INTERNAL);
                async.complete();
            }
        });
    }

    /** Refuses the request: nobody would read the stream. */
    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Allow", "GET");
        response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    }

    @Override
    protected void doOptions(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doHead(request, response);
    }

    private void open(
            HttpCall call,
            AsyncContext async,
            HttpServletResponse response,
            StreamStart start,
            AdmittedRequest admitted)
            throws IOException {
        if (admitted.caller() != null) {
            call.setCaller(admitted.caller());
        }
        FrameStream stream = new FrameStream(async, response.getOutputStream(), hub.frames(), start, admitted, call);
        Status full = hub.add(stream);
        if (full != null) {
            refuse(call, response, Problem.of(full).withRetryAfter(RETRY_SECONDS));
            async.complete();
            return;
        }
        response.setContentType("text/event-stream;charset=UTF-8");
        response.getOutputStream().setWriteListener(stream.writer());
    }

    private static void refuse(HttpCall call, HttpServletResponse response, Problem problem) throws IOException {
        call.end(problem.code().toStatus());
        problem.send(response);
    }

    private Problem problem(Throwable thrown, HttpCall call) {
        return Problem.of(statuses.toStatus(thrown, METHOD, call.requestId()));
    }
}
