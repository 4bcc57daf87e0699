package dev.waystate.console.api;

import com.google.rpc.ErrorInfo;
import dev.waystate.console.Problem;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Translates the names of fields, which the services use in their errors, into the names of parameters. */
final class ParameterNames {

    private static final Map<String, String> BY_FIELD = Map.ofEntries(
            Map.entry("page_size", "limit"),
            Map.entry("statuses", "status"),
            Map.entry("sources", "source"),
            Map.entry("source", "name"),
            Map.entry("within.radius", "within"),
            Map.entry("near.within", "within"),
            Map.entry("silent_for", "silent"),
            Map.entry("after_position", "after"),
            Map.entry("as_of", "at"),
            Map.entry("as_of.position", "at"),
            Map.entry("as_of.time", "at"),
            Map.entry("period.start_time", "from"),
            Map.entry("period.end_time", "to"),
            Map.entry("period.steps", "steps"));

    /**
     * The fields whose names cannot be words of a sentence. Longer names come first, since some begin with another one.
     */
    private static final Pattern FIELDS = Pattern.compile(BY_FIELD.keySet().stream()
            .filter(field -> field.contains("_") || field.contains("."))
            .sorted(Comparator.comparing(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "\\b(?:", ")\\b")));

    private static final Pattern INDEX = Pattern.compile("\\[\\d+]$");

    /** The reasons of calls whose place the log does not have. */
    private static final Set<String> PLACES = Set.of("POSITION_PRUNED", "POSITION_BEYOND_HEAD", "STATES_UNKNOWN");

    private ParameterNames() {}

    /**
     * Returns the problem of a call, with the names of parameters in the place of those of fields.
     *
     * @param place the parameter that says which place in the log the call needs; empty if there is none
     */
    static Problem in(Problem problem, String place) {
        String field = problem.field();
        if (field != null) {
            String ofList = INDEX.matcher(field).replaceFirst("");
            String expectation = problem.detail().substring(field.length() + ": ".length());
            return Problem.ofField(
                    BY_FIELD.getOrDefault(ofList, ofList),
                    FIELDS.matcher(expectation).replaceAll(named -> BY_FIELD.getOrDefault(named.group(), "")));
        }
        ErrorInfo reason = problem.reason();
        return reason != null && PLACES.contains(reason.getReason()) && !place.isEmpty()
                ? problem.withField(place)
                : problem;
    }
}
