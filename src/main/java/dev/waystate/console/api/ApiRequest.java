package dev.waystate.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Optional;

/**
 * What a request asks for.
 *
 * @param path as it was sent, percent-encoded: names of sources may have slashes and dots
 */
record ApiRequest(String path, Parameters parameters, HttpServletRequest request) {

    static ApiRequest of(HttpServletRequest request) {
        return new ApiRequest(
                request.getRequestURI().substring(request.getContextPath().length()),
                new Parameters(request.getQueryString()),
                request);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** Tells whether the client asks for a type by its name. */
    boolean accepts(String contentType) {
        return Collections.list(request.getHeaders("Accept")).stream().anyMatch(value -> value.contains(contentType));
    }
}
