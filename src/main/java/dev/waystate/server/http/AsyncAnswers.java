package dev.waystate.server.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.time.Duration;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Gives asynchronous answers a time limit of their own, and breaks them off together with their connections. Merely to
 * complete an answer that its client does not take would hold a thread of Tomcat's until the connection's timeout,
 * since Tomcat first sends what is left of it.
 */
public final class AsyncAnswers extends ValveBase {

    private static final String CONNECTION = AsyncAnswers.class.getName();

    private final long readerStallMillis;

    /** @param readerStallTimeout how long a client may take nothing of an answer; 0 for as long as it likes */
    AsyncAnswers(Duration readerStallTimeout) {
        super(true); // supports asynchronous requests
        this.readerStallMillis = readerStallTimeout.toMillis();
    }

    private record Connection(SocketWrapperBase<?> socket, long readerStallMillis) {}

    /** Begins an answer that may go on as long as its client takes some of it. It must never be written by blocking. */
    public static AsyncContext start(ServletRequest request) {
        if (request.getAttribute(CONNECTION) instanceof Connection connection) {
            connection.socket.setWriteTimeout(connection.readerStallMillis);
        }
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        return async;
    }

    /**
     * Closes the connection of an asynchronous request that has not been completed. May be called from any thread. Does
     * not block. A thread of Tomcat's tells the listeners of the error, and then they complete the request. If the caller
     * completed it, other threads of Tomcat's might be at work on it, and Tomcat would count it as open for ever.
     */
    public static void breakOff(ServletRequest request) {
        if (request.getAttribute(CONNECTION) instanceof Connection connection) {
            connection.socket.setError(new IOException("The answer has been broken off"));
            connection.socket.processSocket(SocketEvent.ERROR, true);
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        SocketWrapperBase<?> socket = UnderscoreHostProtocol.socket(request.getCoyoteRequest());
        request.setAttribute(CONNECTION, new Connection(socket, readerStallMillis));
        getNext().invoke(request, response);
    }
}
