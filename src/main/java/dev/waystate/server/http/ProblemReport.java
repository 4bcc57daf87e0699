package dev.waystate.server.http;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Answers requests that no servlet answers, also those that Tomcat itself refuses, with a problem of RFC 9457. Public,
 * since Tomcat makes it by its name.
 */
public class ProblemReport extends ErrorReportValve {

    /** The headers of every answer but the page's own. They tell browsers that the answer may do nothing. */
    public static final Map<String, String> BROWSER_HEADERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer");

    @Override
    protected void report(Request request, Response response, @Nullable Throwable thrown) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        boolean wrongPath = status == HttpStatus.BAD_REQUEST && !isText(request.getRequestURI());
        byte[] problem = ("{\"type\":\"about:blank\",\"title\":\"" + status.getReasonPhrase() + "\",\"status\":"
                        + status.value() + ",\"detail\":\"" + detail(status, wrongPath)
                        + "\",\"code\":\"" + code(status) + "\""
                        + (wrongPath ? ",\"field\":\"path\"" : "") + "}")
                .getBytes(StandardCharsets.UTF_8);
        try {
            BROWSER_HEADERS.forEach((name, value) -> { // where no filter has done so
                if (!response.containsHeader(name)) {
                    response.setHeader(name, value);
                }
            });
            if (status == HttpStatus.METHOD_NOT_ALLOWED
                    && ("TRACE".equals(request.getMethod()) || !response.containsHeader("Allow"))) {
                response.setHeader("Allow", "GET");
            }
            response.setContentType("application/problem+json");
            response.getOutputStream().write(problem);
            response.finishResponse();
        } catch (IOException | IllegalStateException gone) {
            // nobody reads it
        }
    }

    private static String detail(HttpStatus status, boolean wrongPath) {
        return switch (status) {
            case BAD_REQUEST ->
                wrongPath
                        ? "Expected a path in UTF-8"
                        : "Expected HTTP with one valid Host, and no more headers and parameters than the server takes";
            case NOT_FOUND -> "Expected a path that the server has";
            case METHOD_NOT_ALLOWED -> "Expected a method that the path has";
            case CONTENT_TOO_LARGE -> "Expected a request without a body";
            case NOT_IMPLEMENTED -> "Expected a method, and a transfer encoding, that the server has";
            case HTTP_VERSION_NOT_SUPPORTED -> "Expected HTTP/1.1";
            default -> status.is4xxClientError() ? "Expected another request" : "The request failed";
        };
    }

    /** Returns the status code of gRPC. */
    private static String code(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> "NOT_FOUND";
            case METHOD_NOT_ALLOWED, NOT_IMPLEMENTED, HTTP_VERSION_NOT_SUPPORTED -> "UNIMPLEMENTED";
            case SERVICE_UNAVAILABLE -> "UNAVAILABLE";
            default -> status.is4xxClientError() ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }

    /** Returns whether a percent-encoded path is UTF-8 without NUL. */
    private static boolean isText(@Nullable String path) {
        try {
            return PercentEncoding.decode(path == null ? "" : path).indexOf('\0') < 0;
        } catch (IllegalArgumentException | CharacterCodingException other) {
            return false;
        }
    }
}
