package dev.waystate.server.http;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Refuses requests with a body, which nobody here reads. Tomcat itself would read the rest of it after the answer, and
 * hold a thread for as long as the client takes to send it. After this answer it closes the connection instead.
 */
final class BodyRefusal extends ValveBase {

    BodyRefusal() {
        super(true); // supports asynchronous requests
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null) {
            response.sendError(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        } else {
            getNext().invoke(request, response);
        }
    }
}
