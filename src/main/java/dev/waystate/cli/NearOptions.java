package dev.waystate.cli;

import dev.waystate.cli.output.InputException;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.Near;
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
            description = "How far away from --near that may be, from 0; a location at exactly this distance counts.")
    private @Nullable Double distance;

    /**
     * Returns the point and how far away from it things may be, if that is given.
     *
     * @throws InputException if the distance is none
     */
    Near near() {
        Near.Builder near = Near.newBuilder().setPoint(point);
        return (distance == null ? near : near.setWithin(radius(distance))).build();
    }

    /**
     * Returns the circle.
     *
     * @throws InputException if the distance is none, or missing
     */
    Circle circle() {
        if (distance == null) {
            throw new InputException("Expected --within together with --near: how far away may a record be?");
        }
        return Circle.newBuilder().setCenter(point).setRadius(radius(distance)).build();
    }

    private static double radius(double distance) {
        if (!(distance >= 0 && Double.isFinite(distance))) {
            throw new InputException("Expected a finite distance from 0 on for --within, but found " + distance + ".");
        }
        return distance;
    }
}
