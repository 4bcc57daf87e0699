package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.proto.Displacement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where displacements come from, one after the other. */
public interface DisplacementSource extends AutoCloseable {

    /**
     * Returns the next displacement, or null after the last one.
     *
     * @throws InputException if what comes next is no displacement
     */
    @Nullable
    public Displacement next();

    @Override
    void close() throws IOException;

    /** Returns the pairs of points among the arguments, or what the one file has that they name. */
    public static DisplacementSource of(List<String> arguments) {
        if (arguments.size() == 1 && !Points.isLikePoint(arguments.get(0))) {
            return new DisplacementFile(InputLines.open(arguments.get(0)));
        }
        if (arguments.size() % 2 != 0) {
            throw new InputException("Expected pairs of points, X1,Y1 X2,Y2, or one FILE, but found "
                    + TerminalText.of(String.join(" ", arguments)) + ".");
        }
        List<Displacement> displacements = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            displacements.add(Points.displacement(arguments.get(i), arguments.get(i + 1)));
        }
        return of(displacements.iterator());
    }

    private static DisplacementSource of(Iterator<Displacement> displacements) {
        return new DisplacementSource() {
            @Override
            public @Nullable Displacement next() {
                return displacements.hasNext() ? displacements.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
