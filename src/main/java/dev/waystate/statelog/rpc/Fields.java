package dev.waystate.statelog.rpc;

import com.google.protobuf.Timestamp;
import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Point;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.Report;
import dev.waystate.text.Names;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Checks the fields that requests share, and converts them. What is out of range is an {@link InvalidRequestException}.
 */
final class Fields {

    private static final int DEFAULT_PAGE_SIZE = 100;
    private static final int MAX_PAGE_SIZE = 1_000;

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private Fields() {}

    static String source(String field, String name) {
        Names.problem(name).ifPresent(problem -> {
            throw new InvalidRequestException(field, problem);
        });
        return name;
    }

    static Set<String> sources(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            source("sources[" + i + "]", names.get(i));
        }
        return Set.copyOf(names);
    }

    static int pageSize(int requested) {
        if (requested < 0 || requested > MAX_PAGE_SIZE) {
            throw new InvalidRequestException(
                    "page_size",
                    "expected 1 to " + MAX_PAGE_SIZE + ", or 0 for " + DEFAULT_PAGE_SIZE + ", but it is " + requested);
        }
        return requested == 0 ? DEFAULT_PAGE_SIZE : requested;
    }

    static Instant time(String field, Timestamp timestamp) {
        return time(() -> field, timestamp);
    }

    static Instant time(Supplier<String> field, Timestamp timestamp) {
        boolean inRange = timestamp.getSeconds() >= Report.EARLIEST_TIME.getEpochSecond()
                && timestamp.getSeconds() < Report.LATEST_TIME_EXCLUSIVE.getEpochSecond()
                && timestamp.getNanos() >= 0
                && timestamp.getNanos() < NANOS_PER_SECOND;
        if (inRange) {
            return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
        }
        throw new InvalidRequestException(
                field.get(),
                "expected a time from " + Report.EARLIEST_TIME + " until before " + Report.LATEST_TIME_EXCLUSIVE
                        + ", with 0 to 999999999 nanoseconds");
    }

    static Point point(dev.waystate.proto.Point point) {
        return new Point(point.getX(), point.getY());
    }

    static Circle circle(String radiusField, dev.waystate.proto.Point center, double radius) {
        if (radius < 0 || !Double.isFinite(radius)) {
            throw new InvalidRequestException(radiusField, "expected a distance from 0 on, but it is " + radius);
        }
        return new Circle(point(center), radius);
    }
}
