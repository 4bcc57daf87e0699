package dev.waystate.cli.input;

import dev.waystate.proto.Displacement;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One displacement a line; blank lines, and what follows a {@code #}, do not count. */
final class DisplacementFile implements DisplacementSource {

    private final InputLines lines;

    DisplacementFile(InputLines lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable Displacement next() {
        String line;
        while ((line = lines.next()) != null) {
            String text = withoutComment(line).strip();
            if (!text.isEmpty()) {
                return lines.parse(text, Points::displacement);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        return comment < 0 ? line : line.substring(0, comment);
    }
}
