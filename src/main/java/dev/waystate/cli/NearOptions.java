package dev.waystate.cli;

import dev.waystate.cli.input.ReadingConverter;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.Near;
import dev.waystate.text.Distances;
import dev.waystate.text.InputException;
import dev.waystate.text.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a place. */
final class NearOptions {

    @Option(
            names = "--near",
            paramLabel = "X,Y",
            required = true,
            description = "Only what is near this point, whole numbers in the fleet's own unit.")
    private Point point;

    @Option(
            names = "--within",
            paramLabel = "DISTANCE",
            converter = DistanceConverter.class,
            description = "How far away from --near that may be, from 0; a location at exactly this distance counts."
                    + " read needs it.")
    private @Nullable Double distance;

    /** Returns the point, and the distance if one is given. */
    Near near() {
        Near.Builder near = Near.newBuilder().setPoint(point);
        return (distance == null ? near : near.setWithin(distance)).build();
    }

    /**
     * Returns the circle.
     *
     * @throws InputException if the distance is missing
     */
    Circle circle() {
        if (distance == null) {
            throw new UsageException("Expected --within together with --near: how far away may a record be?");
        }
        return Circle.newBuilder().setCenter(point).setRadius(distance).build();
    }

    static final class DistanceConverter extends ReadingConverter<Double> {

        DistanceConverter() {
            super(Distances::fromText);
        }
    }
}
