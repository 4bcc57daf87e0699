package dev.waystate.console.api;

import dev.waystate.console.AsyncWriter;
import dev.waystate.console.Problem;
import dev.waystate.text.VisibleText;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.springframework.http.HttpStatus;

/**
 * Makes each request a call of the gRPC services, with the client's address and credential. The services decide who may
 * ask for what, and how often.
 */
final class ApiServlet extends HttpServlet {

    /** The headers of the request that go into the metadata of the call. */
    private static final List<Metadata.Key<String>> FORWARDED =
            List.of("authorization", "x-request-id", "traceparent", "tracestate").stream()
                    .map(name -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
                    .toList();

    private final transient Channel channel;
    private final transient UnwrittenAnswers unwritten;

    ApiServlet(Channel channel, UnwrittenAnswers unwritten) {
        this.channel = channel;
        this.unwritten = unwritten;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncWriter.HEADERS.forEach(response::setHeader);
        try {
            ForwardedCall.start(channel, call(request), metadata(request), request, response, unwritten);
        } catch (ProblemException wrong) {
            wrong.problem().send(response);
        }
    }

    private static ApiCall<?, ?> call(HttpServletRequest request) {
        ApiRequest asked = ApiRequest.of(request);
        ApiCall<?, ?> call = Endpoints.call(asked)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        HttpStatus.NOT_FOUND,
                        Code.NOT_FOUND,
                        "Expected one of the paths of openapi.yaml, but found " + VisibleText.of(asked.path()))));
        if (!request.getMethod().equals("GET")) {
            throw new ProblemException(Problem.of(
                    HttpStatus.METHOD_NOT_ALLOWED,
                    Code.UNIMPLEMENTED,
                    "Expected GET, but found " + VisibleText.of(request.getMethod())));
        }
        return call;
    }

    private static Metadata metadata(HttpServletRequest request) {
        Metadata metadata = new Metadata();
        for (Metadata.Key<String> key : FORWARDED) {
            Collections.list(request.getHeaders(key.name())).forEach(value -> metadata.put(key, value));
        }
        return metadata;
    }
}
