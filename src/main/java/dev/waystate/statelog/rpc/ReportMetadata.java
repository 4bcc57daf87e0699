package dev.waystate.statelog.rpc;

import dev.waystate.geometry.Point;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata of a call says of all its reports. Their messages do not say it.
 *
 * @param source who sends them
 * @param location where the source is; null when the call does not say
 */
record ReportMetadata(String source, @Nullable Point location) {

    private static final Context.Key<ReportMetadata> CURRENT = Context.key("report-metadata");

    /** Returns the metadata of the current call. */
    static ReportMetadata current() {
        return CURRENT.get();
    }

    /** Returns the current context with this in it. */
    Context inContext() {
        return Context.current().withValue(CURRENT, this);
    }
}
