package dev.waystate.server.http;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Lets an answer be broken off with its connection. Completing an answer that its client does not take would hold a thread
 * of Tomcat's until the connection's timeout, as what is left of it is sent first.
 */
public final class BreakableConnections extends ValveBase {

    private static final String BREAK_OFF = BreakableConnections.class.getName();

    BreakableConnections() {
        super(true); // with asynchronous requests
    }

    /** Closes the connection of an asynchronous request that has not been completed. May be called from any thread; does not block. */
    public static void breakOff(ServletRequest request) {
        if (request.getAttribute(BREAK_OFF) instanceof Runnable action) {
            action.run();
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable action = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(BREAK_OFF, action);
        getNext().invoke(request, response);
    }
}
