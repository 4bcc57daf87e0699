package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.server.telemetry.HttpCalls;
import dev.waystate.server.telemetry.HttpOrigin;
import dev.waystate.server.telemetry.RequestId;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The call that a request has become. Each message is asked for when the HTTP client has taken the one before. */
final class ForwardedCall<Q, A> extends ClientCall.Listener<A> {

    private final ClientCall<Q, A> call;
    private final ApiCall<Q, A> apiCall;
    private final AnswerWriter writer;

    private ForwardedCall(
            ClientCall<Q, A> call,
            ApiCall<Q, A> apiCall,
            HttpServletRequest request,
            HttpServletResponse response,
            UnwrittenAnswers unwritten)
            throws IOException {
        this.call = call;
        this.apiCall = apiCall;
        this.writer = AnswerWriter.start(
                request,
                response,
                unwritten,
                () -> call.request(1),
                () -> call.cancel("The HTTP client has gone", null));
    }

    /** Makes the call, whose answers are written as they come. Does not wait for them. */
    static <Q, A> void start(
            Channel channel,
            ApiCall<Q, A> apiCall,
            Metadata headers,
            HttpServletRequest request,
            HttpServletResponse response,
            UnwrittenAnswers unwritten)
            throws IOException {
        ClientCall<Q, A> call = channel.newCall(apiCall.method(), CallOptions.DEFAULT);
        ForwardedCall<Q, A> forwarded = new ForwardedCall<>(call, apiCall, request, response, unwritten);
        headers.put(HttpOrigin.ENTRY, new HttpOrigin(HttpCalls.peer(request), forwarded.writer::bytes));
        call.start(forwarded, headers);
        call.request(1);
        call.sendMessage(apiCall.request());
        call.halfClose();
    }

    @Override
    public void onHeaders(Metadata headers) {
        copyRequestId(headers);
    }

    @Override
    public void onMessage(A answer) {
        writer.write(apiCall.format().contentType(), apiCall.format().pieces(answer));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (status.isOk()) {
            writer.end();
        } else {
            copyRequestId(trailers);
            Problem problem = ParameterNames.in(Problem.of(status, trailers), apiCall.place());
            writer.fail(problem, apiCall.format().end(problem));
        }
    }

    private void copyRequestId(Metadata metadata) {
        String id = metadata.get(RequestId.ENTRY);
        if (id != null) {
            writer.header(RequestId.ENTRY.originalName(), id);
        }
    }
}
