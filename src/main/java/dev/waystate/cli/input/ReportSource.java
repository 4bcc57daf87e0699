package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where reports come from, one after the other: never more than one is held.
 *
 * @param <T> the reports as the call takes them
 */
public interface ReportSource<T> extends AutoCloseable {

    /**
     * Returns the next report, or null after the last one.
     *
     * @throws InputException if what comes next is no report; nothing can be read after it
     */
    @Nullable
    public T next();

    @Override
    public void close() throws IOException;

    public static <T> ReportSource<T> of(T single) {
        Iterator<T> reports = List.of(single).iterator();
        return new ReportSource<>() {
            @Override
            public @Nullable T next() {
                return reports.hasNext() ? reports.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
