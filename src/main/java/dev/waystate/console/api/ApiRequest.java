package dev.waystate.console.api;

import dev.waystate.console.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

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
        List<String> values = Collections.list(request.getHeaders(name));
        if (values.size() > 1) {
            throw new ProblemException(Problem.ofField(name, "Expected one value, but found " + values.size() + "."));
        }
        return values.stream().findFirst();
    }

    /**
     * Tells whether the client would rather have a type than the usual one. When it takes both equally, it must name the type,
     * and not the usual one.
     */
    boolean prefers(MediaType type, MediaType usual) {
        List<MediaType> accepted = accepted();
        double quality = quality(accepted, type);
        double usualQuality = quality(accepted, usual);
        return quality > usualQuality
                || quality > 0 && quality == usualQuality && names(accepted, type) && !names(accepted, usual);
    }

    private List<MediaType> accepted() {
        try {
            return MediaType.parseMediaTypes(Collections.list(request.getHeaders("Accept")));
        } catch (InvalidMediaTypeException malformed) {
            return List.of(); // as if there were none
        }
    }

    /** Returns that of the most specific range which includes the type. */
    private static double quality(List<MediaType> accepted, MediaType type) {
        return accepted.stream()
                .filter(range -> range.includes(type))
                .min(Comparator.comparing(MediaType::isWildcardType).thenComparing(MediaType::isWildcardSubtype))
                .map(MediaType::getQualityValue)
                .orElse(0.0);
    }

    private static boolean names(List<MediaType> accepted, MediaType type) {
        return accepted.stream().anyMatch(type::equalsTypeAndSubtype);
    }
}
