package dev.waystate.statelog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list that is too long for one answer.
 *
 * @param <T> what is listed
 * @param <C> a place in the list
 * @param items what is in the part, possibly nothing
 * @param next where the next part begins; null when this is the last one
 */
public record Page<T, C>(List<T> items, @Nullable C next) {}
