package dev.waystate.text;

import java.math.BigDecimal;
import java.math.MathContext;

/** Distances as text. */
public final class Distances {

    /** 2²⁴: from here on a float is a whole number, which is shown in full. */
    private static final float WHOLE = 0x1p24f;

    /** Significant digits that always tell a float from its neighbours. */
    private static final int MAX_DIGITS = 9;

    private Distances() {}

    /** Returns the shortest decimal that reads back as the same float, without an exponent. */
    public static String text(float distance) {
        if (!Float.isFinite(distance)) {
            return Float.toString(distance);
        }
        BigDecimal exact = new BigDecimal(distance);
        BigDecimal shown = Math.abs(distance) >= WHOLE ? exact : shortest(exact, distance);
        return shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
    }

    /**
     * Reads a distance: a number alone, where {@link Double#valueOf} would also take {@code 1d} and {@code 1f}.
     *
     * @throws InputException if the text is no finite number from 0 on
     */
    public static double fromText(String text) {
        try {
            double distance = new BigDecimal(text).doubleValue();
            if (distance >= 0 && Double.isFinite(distance)) {
                return distance;
            }
        } catch (NumberFormatException noNumber) {
            // as below
        }
        throw new InputException("Expected a finite distance from 0 on, but found \"" + VisibleText.of(text) + "\".");
    }

    /** Returns the value of a distance in JSON: a number, or a text if it is not finite. */
    public static Object json(float distance) {
        return Float.isFinite(distance) ? new BigDecimal(text(distance)) : text(distance);
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
