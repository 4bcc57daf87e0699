package dev.waystate.statelog;

import dev.waystate.geometry.SquaredDistance;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The place of a source in the order of distances from a point.
 *
 * @param distance how far it is
 * @param name its name, which decides between those that are equally far
 */
public record NearPlace(SquaredDistance distance, String name) implements Comparable<NearPlace> {

    @Override
    public int compareTo(NearPlace other) {
        int order = distance.compareTo(other.distance);
        return order != 0 ? order : Arrays.compareUnsigned(bytes(name), bytes(other.name));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
