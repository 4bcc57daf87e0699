package dev.waystate.cli.input;

import com.google.common.collect.Lists;
import com.google.common.collect.Streams;
import dev.waystate.proto.Displacement;
import dev.waystate.text.InputException;
import dev.waystate.text.Points;
import dev.waystate.text.VisibleText;
import java.util.List;
import java.util.stream.Stream;

/** Reads displacements from arguments and from files. */
public final class Displacements {

    private Displacements() {}

    /** Returns whether the arguments are the name of a file, and not points. */
    public static boolean areFile(List<String> arguments) {
        return arguments.size() == 1 && !Points.isLikePoint(arguments.get(0));
    }

    /**
     * Opens a file of one displacement a line, or standard input for {@code -}. The stream has each displacement as
     * soon as its line has ended.
     *
     * @throws InputException if it cannot be opened; the stream throws it at a line that is no displacement
     */
    public static Stream<Displacement> open(String file) {
        return read(Rows.open(file, false, true));
    }

    /**
     * Reads pairs of points.
     *
     * @throws InputException if an argument is no point, or has no partner
     */
    public static List<Displacement> pairs(List<String> arguments) {
        if (arguments.size() % 2 != 0) {
            throw new InputException("Expected pairs of points, X1,Y1 X2,Y2, or one FILE, but found "
                    + VisibleText.of(String.join(" ", arguments)) + ".");
        }
        return Lists.partition(arguments, 2).stream()
                .map(pair -> Points.displacement(pair.get(0), pair.get(1)))
                .toList();
    }

    /** Reads one displacement a line. Blank lines, and what follows a {@code #}, are left out. */
    static Stream<Displacement> read(Rows rows) {
        return Streams.stream(rows)
                .map(row -> row.get(0).split("#", 2)[0])
                .filter(text -> !text.isBlank())
                .map(text -> displacement(text, rows))
                .onClose(rows::close);
    }

    private static Displacement displacement(String text, Rows rows) {
        try {
            return Points.displacement(text);
        } catch (InputException wrong) {
            throw rows.wrong(wrong.getMessage());
        }
    }
}
