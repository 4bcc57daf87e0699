package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.ConnectionOptions;
import dev.waystate.cli.connection.FailedCall;
import dev.waystate.cli.connection.Target;
import dev.waystate.cli.connection.Timeouts;
import dev.waystate.cli.output.Table;
import dev.waystate.text.Json;
import io.grpc.Status;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that calls a server. */
abstract class ClientCommand extends OutputCommand {

    /** Describes an option that takes a moment in the history of the log. */
    static final String MOMENT =
            "As of a time, such as 2026-02-03T04:05:06Z, or how long ago it is, such as 10m; a whole"
                    + " number is a position: after that record.";

    /** The name of the mixin of the options that say how to reach the server. */
    static final String CONNECTION = "connection";

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    @Mixin(name = CONNECTION)
    private ConnectionOptions connection;

    /** The address that the command calls, as its messages show it. */
    private String target = "the server";

    private @Nullable Target channel;

    ConnectionOptions connection() {
        return connection;
    }

    /** Sets the address for messages, of a call that uses no channel. */
    void setTarget(String target) {
        this.target = target;
    }

    /** Returns how long a unary call, or connecting a stream, may take. */
    Duration timeout() {
        return connection.timeoutOr(TIMEOUT);
    }

    /** Returns a stub for one unary call, whose deadline is {@link #timeout}. */
    <S extends AbstractStub<S>> S inTime(S stub) {
        return stub.withDeadlineAfter(timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Prints items as JSON objects, or as rows of a table. */
    <T> void print(List<T> items, Function<T, Map<String, Object>> json, Table table, Function<T, List<String>> row) {
        print(
                connection.json()
                        ? items.stream().map(json.andThen(Json::text)).toList()
                        : table.lines(items.stream().map(row).toList()));
    }

    Timeouts streamTimeouts() {
        return new Timeouts(timeout(), connection.timeoutOr(STALL_TIMEOUT));
    }

    /** Returns why a call has failed, in a sentence. */
    String explain(Status status) {
        return new FailedCall(target, channel, connection.tls(), status).explain();
    }

    /** Fills the {@code @GrpcClient} fields of this command; they work until the context is closed. */
    ClientContext connect() {
        prepare();
        ClientContext context = ClientContext.start(connection);
        context.inject(this);
        return context;
    }

    /** Notes the address that will be called, and warns if a token would be sent unencrypted. */
    void prepare() {
        channel = connection.target();
        target = channel.toString();
        if (connection.credentials().isPresent() && !connection.tls().enabled()) {
            note("Warning: without TLS the token travels unencrypted.");
        }
    }
}
