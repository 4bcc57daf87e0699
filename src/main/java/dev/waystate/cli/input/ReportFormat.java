package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The formats of files of reports. */
public enum ReportFormat {
    CSV {
        @Override
        <T> ReportSource<T> read(String name, BufferedReader reader, Function<ReportFields, T> converter) {
            return new CsvReports<>(name, reader, converter);
        }
    },
    JSON {
        @Override
        <T> ReportSource<T> read(String name, BufferedReader reader, Function<ReportFields, T> converter) {
            return new JsonReports<>(new InputLines(name, reader), converter);
        }
    };

    abstract <T> ReportSource<T> read(String name, BufferedReader reader, Function<ReportFields, T> converter);

    /**
     * Opens a file, or standard input for {@code -}.
     *
     * @param given the format, if the user has said so; else the ending of the name tells it, else the first character:
     *     a brace begins JSON
     * @param converter makes of each report what the call takes; its {@link InputException} gets the place in the file
     * @throws InputException if it cannot be read
     */
    public static <T> ReportSource<T> open(
            String file, @Nullable ReportFormat given, Function<ReportFields, T> converter) {
        BufferedReader reader = InputFiles.open(file);
        ReportFormat format = given == null ? byName(file) : given;
        try {
            return (format == null ? byBeginning(reader) : format).read(InputFiles.name(file), reader, converter);
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
