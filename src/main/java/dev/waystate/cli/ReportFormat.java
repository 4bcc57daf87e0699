package dev.waystate.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats of files of reports. */
enum ReportFormat {
    CSV {
        @Override
        ReportSource read(String name, BufferedReader reader) {
            return new CsvReports(name, reader);
        }
    },
    JSON {
        @Override
        ReportSource read(String name, BufferedReader reader) {
            return new JsonReports(new InputLines(name, reader));
        }
    };

    abstract ReportSource read(String name, BufferedReader reader);

    /**
     * Opens a file, or standard input for {@code -}.
     *
     * @param given the format, if the user has said so; else the ending of the name tells it, else the first character:
     *     a brace begins JSON
     * @throws InputException if it cannot be read
     */
    static ReportSource open(String file, @Nullable ReportFormat given) {
        BufferedReader reader = InputFiles.open(file);
        ReportFormat format = given == null ? byName(file) : given;
        try {
            return (format == null ? byBeginning(reader) : format).read(InputFiles.name(file), reader);
        } catch (IOException unreadable) {
            throw new InputException("Cannot read " + InputFiles.name(file) + ".", unreadable);
        }
    }

    private static @Nullable ReportFormat byName(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return CSV;
        }
        return name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson") ? JSON : null;
    }

    private static ReportFormat byBeginning(BufferedReader reader) throws IOException {
        int first;
        do {
            reader.mark(1);
            first = reader.read();
        } while (first >= 0 && Character.isWhitespace(first));
        reader.reset();
        return first == '{' || first == '[' ? JSON : CSV;
    }
}
