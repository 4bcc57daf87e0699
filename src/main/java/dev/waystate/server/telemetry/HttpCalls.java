package dev.waystate.server.telemetry;

import io.grpc.Metadata;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetSocketAddress;
import java.util.List;
import org.springframework.stereotype.Component;

/** Logs a line for each HTTP request that does not become a call of a service. */
@Component
public class HttpCalls {

    private static final List<Metadata.Key<String>> HEADERS = List.of(RequestId.ENTRY, CallTrace.PARENT_ENTRY);

    private final CallObserver[] observers;

    HttpCalls(AccessLog accessLog) {
        this.observers = new CallObserver[] {accessLog};
    }

    /** Begins the call of a request. It is to be ended when the last byte of the answer has been written. */
    public HttpCall begin(String method, HttpServletRequest request) {
        Metadata headers = new Metadata();
        for (Metadata.Key<String> key : HEADERS) {
            String value = request.getHeader(key.name());
            if (value != null) {
                headers.put(key, value);
            }
        }
        return new HttpCall(observers, method, headers, peer(request));
    }

    /** Returns the address of a request's client. */
    public static InetSocketAddress peer(HttpServletRequest request) {
        return new InetSocketAddress(request.getRemoteAddr(), request.getRemotePort());
    }
}
