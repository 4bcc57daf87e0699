package dev.waystate.cli;

import dev.waystate.proto.Data;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where reports come from, one after the other: never more than one is held. */
interface ReportSource extends AutoCloseable {

    /**
     * Returns the next report, or null after the last one.
     *
     * @throws InputException if what comes next is no report; nothing can be read after it
     */
    @Nullable
    Data next();

    @Override
    void close() throws IOException;

    static ReportSource of(Data single) {
        Iterator<Data> reports = List.of(single).iterator();
        return new ReportSource() {
            @Override
            public @Nullable Data next() {
                return reports.hasNext() ? reports.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
