package dev.waystate.security.access;

import java.util.List;
import java.util.Set;

/**
 * The sources that a caller may write.
 *
 * @param names the sources with one of these names
 * @param prefixes the sources whose names begin with one of these
 */
public record WritableSources(Set<String> names, List<String> prefixes) {

    public static final WritableSources ALL = new WritableSources(Set.of(), List.of(""));

    private static final String ANY_END = "*";

    /** Returns the sources of some patterns: names, or beginnings of names with a {@code *} behind. */
    public static WritableSources of(List<String> patterns) {
        return new WritableSources(
                Set.copyOf(patterns.stream()
                        .filter(pattern -> !pattern.endsWith(ANY_END))
                        .toList()),
                patterns.stream()
                        .filter(pattern -> pattern.endsWith(ANY_END))
                        .map(pattern -> pattern.substring(0, pattern.length() - ANY_END.length()))
                        .toList());
    }

    public static WritableSources only(String name) {
        return new WritableSources(Set.of(name), List.of());
    }

    public boolean include(String source) {
        return names.contains(source) || prefixes.stream().anyMatch(source::startsWith);
    }
}
