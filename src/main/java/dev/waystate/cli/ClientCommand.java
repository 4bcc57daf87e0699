package dev.waystate.cli;

import com.google.common.net.HostAndPort;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.ConnectionOptions;
import dev.waystate.cli.connection.FailedCall;
import dev.waystate.cli.connection.Timeouts;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What the commands that call a server have in common. */
abstract class ClientCommand extends OutputCommand {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    @Mixin
    private ConnectionOptions connection;

    /** What the command calls, as people write it. */
    private String target = "the server";

    private @Nullable HostAndPort server;

    ConnectionOptions connection() {
        return connection;
    }

    /** Sets what is called without a channel. */
    void setTarget(String target) {
        this.target = target;
    }

    /** Returns how long a unary call, or connecting a stream, may take. */
    Duration timeout() {
        return connection.timeoutOr(TIMEOUT);
    }

    Timeouts streamTimeouts() {
        return new Timeouts(timeout(), connection.timeoutOr(STALL_TIMEOUT));
    }

    /** Returns why a call has failed, in a sentence. */
    String explain(Status status) {
        return new FailedCall(target, server, connection.tls(), status).explain();
    }

    /** Fills the {@code @GrpcClient} fields of this command; they work until the context is closed. */
    ClientContext connect() {
        prepare();
        ClientContext context = ClientContext.start(connection);
        context.inject(this);
        return context;
    }

    /** Notes what will be called, and warns if a token is about to travel in the open. */
    void prepare() {
        server = connection.server();
        target = server.toString();
        if (connection.credentials().isPresent() && !connection.tls().enabled()) {
            note("Warning: without TLS the token of --token-file travels unencrypted.");
        }
    }
}
