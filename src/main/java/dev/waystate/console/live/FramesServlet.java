package dev.waystate.console.live;

import dev.waystate.console.Problem;
import dev.waystate.security.access.HttpAccess;
import dev.waystate.security.access.Permission;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.status.StatusTable;
import dev.waystate.server.telemetry.RequestId;
import io.grpc.Status;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a page with a stream of frames, if its credential lets it read states. */
final class FramesServlet extends HttpServlet {

    static final String PATH = "/console/frames";

    /** What stands for the stream in the log. */
    static final String METHOD = "GET " + PATH;

    private static final Logger log = LoggerFactory.getLogger(FramesServlet.class);
    private static final int RETRY_SECONDS = 5;

    private final transient FrameHub hub;
    private final transient HttpAccess access;
    private final transient StatusTable statuses;

    FramesServlet(FrameHub hub, HttpAccess access, StatusTable statuses) {
        this.hub = hub;
        this.access = access;
        this.statuses = statuses;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String requestId = RequestId.of(request.getHeader(RequestId.ENTRY.name()));
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(RequestId.ENTRY.name(), requestId);
        StreamStart start;
        try {
            start = StreamStart.of(request);
        } catch (InvalidRequestException invalid) {
            problem(invalid, requestId).send(response);
            return;
        }
        CompletableFuture<Supplier<@Nullable Status>> admission = access.admit(request, Permission.STATE_READ, METHOD);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // a stream has no end
        admission.whenComplete((denial, refused) -> {
            try {
                if (refused != null) {
                    refuse(async, response, problem(refused, requestId));
                } else {
                    open(async, response, start, denial);
                }
            } catch (IOException | RuntimeException problem) {
                log.warn("A stream has failed before it began", problem);
                async.complete();
            }
        });
    }

    /** Nobody would read the stream. */
    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Allow", "GET");
        response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    }

    private void open(
            AsyncContext async, HttpServletResponse response, StreamStart start, Supplier<@Nullable Status> denial)
            throws IOException {
        FrameStream stream = new FrameStream(async, response.getOutputStream(), hub.frames(), start, denial);
        async.addListener(stream);
        Status full = hub.add(stream);
        if (full != null) {
            refuse(async, response, Problem.of(full).withRetryAfter(RETRY_SECONDS));
            return;
        }
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("X-Accel-Buffering", "no"); // or nginx would wait for more
        response.getOutputStream().setWriteListener(stream);
    }

    private static void refuse(AsyncContext async, HttpServletResponse response, Problem problem) throws IOException {
        problem.send(response);
        async.complete();
    }

    private Problem problem(Throwable thrown, String requestId) {
        return Problem.of(statuses.toStatus(thrown, METHOD, requestId));
    }
}
