package dev.waystate.statelog;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sources that a list has.
 *
 * @param names only those that have one of these names; all when empty
 * @param statuses only those whose latest report has one of these statuses; all when empty
 * @param silentSince only those of which nothing was recorded after this time; null for all
 */
public record SourceFilter(
        Set<String> names, Set<Integer> statuses, @Nullable Instant silentSince) {

    /** Lets all sources pass. */
    public static final SourceFilter ALL = new SourceFilter(Set.of(), Set.of(), null);
}
