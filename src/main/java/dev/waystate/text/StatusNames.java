package dev.waystate.text;

import dev.waystate.proto.Data;
import dev.waystate.proto.Status;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Statuses by name, in any case, or by number. Any int32 is allowed, since a server may know more of them than this
 * version.
 */
public final class StatusNames {

    private static final String NAMES = Arrays.stream(Status.values())
            .filter(status -> status != Status.UNRECOGNIZED)
            .map(Status::name)
            .collect(Collectors.joining(", "));

    private StatusNames() {}

    /**
     * Returns the number.
     *
     * @throws InputException if the text is neither a name nor an int32
     */
    public static int number(String text) {
        String name = text.strip();
        try {
            return name.matches("[+-]?\\d+")
                    ? Integer.parseInt(name)
                    : Status.valueOf(name.toUpperCase(Locale.ROOT)).getNumber();
        } catch (IllegalArgumentException unknown) { // UNRECOGNIZED has no number and lands here, too
            throw new InputException(
                    "Expected a status (" + NAMES + ", or a number), but found \"" + VisibleText.of(text) + "\".");
        }
    }

    /** Returns the name; the number if this version knows no name. */
    public static String name(int number) {
        Status status = Status.forNumber(number);
        return status == null ? Integer.toString(number) : status.name();
    }

    /** Returns the value of a status in JSON: its name as text, or its number. */
    public static Object json(int number) {
        return Status.forNumber(number) == null ? (Object) number : name(number);
    }

    public static Data report(int status, String info) {
        return Data.newBuilder().setStatusValue(status).setInfo(info).build();
    }
}
