package dev.waystate.cli.output;

import dev.waystate.proto.Displacement;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** Distances as text. */
public final class DistanceText {

    /** 2²⁴: from here on a float is a whole number, which is shown in full. */
    private static final float WHOLE = 0x1p24f;

    /** Significant digits that always tell a float from its neighbours. */
    private static final int MAX_DIGITS = 9;

    private DistanceText() {}

    /** Returns the line that tells a distance: the number alone, or a JSON object that repeats the points. */
    public static String of(Displacement displacement, float distance, boolean json) {
        if (!json) {
            return of(distance);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("start", Points.members(displacement.getStart()));
        members.put("end", Points.members(displacement.getEnd()));
        members.put("distance", json(distance));
        return JsonText.of(members);
    }

    /** Returns the shortest decimal that reads back as the same float, without an exponent. */
    public static String of(float distance) {
        if (!Float.isFinite(distance)) {
            return Float.toString(distance);
        }
        BigDecimal exact = new BigDecimal(distance);
        BigDecimal shown = Math.abs(distance) >= WHOLE ? exact : shortest(exact, distance);
        return shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
    }

    /** Returns what stands for a distance in JSON: the number, or text where it is none. */
    static Object json(float distance) {
        return Float.isFinite(distance) ? new BigDecimal(of(distance)) : of(distance);
    }

    // Float.toString is not the shortest before Java 19 (JDK-4511638).
    private static BigDecimal shortest(BigDecimal exact, float distance) {
        for (int digits = 1; digits < MAX_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits));
            if (rounded.floatValue() == distance) {
                return rounded;
            }
        }
        return exact.round(new MathContext(MAX_DIGITS));
    }
}
