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
 * The path and the parameters of a request.
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
     * Returns whether the client prefers a type to the usual one. If it accepts both with the same quality, it must
     * name the type, and not the usual one.
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

    /**
     * Returns the quality of a type: that of the most specific range that includes it (RFC 9110, 12.5.1); 0 if none
     * does.
     */
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
