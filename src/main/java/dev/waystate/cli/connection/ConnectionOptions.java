package dev.waystate.cli.connection;

import dev.waystate.process.Utf8;
import dev.waystate.text.InputException;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.CallCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how a client command reaches the server. */
public final class ConnectionOptions {

    /** In helps, puts options after those that a command has for itself. */
    static final int AFTER_OWN = 1;

    private static final String TARGET = "WAYSTATE_TARGET";
    private static final String TOKEN_FILE = "WAYSTATE_TOKEN_FILE";

    @Option(
            names = "--target",
            order = AFTER_OWN,
            paramLabel = "HOST:PORT",
            converter = TargetConverter.class,
            description =
                    "Where the server is, such as [::1]:50051, or its replicas: HOST:PORT,HOST:PORT or, for all addresses"
                            + " of a name, dns:///NAME:PORT; $WAYSTATE_TARGET when not given, else localhost and"
                            + " $GRPC_SERVER_PORT or 50051.")
    private @Nullable Target target;

    @Mixin
    private TlsOptions tls;

    @Option(
            names = "--token-file",
            order = AFTER_OWN,
            paramLabel = "FILE",
            description = "A file with the token that is sent as 'authorization: Bearer ...'; $WAYSTATE_TOKEN_FILE when"
                    + " not given. It is read for each call, so that the token may be replaced.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--timeout",
            order = AFTER_OWN,
            paramLabel = "DURATION",
            description = "The most that a call, connecting a stream, or the answer to a sign of life may take: 500ms,"
                    + " 5s, 1m; 10s when not given, and 3s for health. Also the most that a report may go without"
                    + " being taken or acknowledged; 60s when not given.")
    private @Nullable Duration timeout;

    @Option(names = "--json", order = AFTER_OWN, description = "Print one JSON object a line.")
    private boolean json;

    @Option(
            names = "--verbose",
            order = AFTER_OWN,
            description = "Show the stack trace of a failure, and signs of life of a stream.")
    private boolean verbose;

    private @Nullable TokenCredentials token;
    private @Nullable Duration probeAfter;
    private Duration probeTimeout = Duration.ZERO;

    /**
     * Returns the server, or the replicas.
     *
     * @throws InputException if a variable of the environment does not name a target, or a port
     */
    public Target target() {
        return target != null
                ? target
                : variable(TARGET)
                        .map(ConnectionOptions::targetOfVariable)
                        .orElseGet(() -> Target.server(LocalPorts.grpc(System.getenv())));
    }

    private static Target targetOfVariable(String text) {
        try {
            return new TargetConverter().convert(text);
        } catch (TypeConversionException wrong) {
            throw new UsageException(TARGET + ": " + wrong.getMessage());
        }
    }

    private static Path fileOfVariable(String name) {
        if (Utf8.isLost(name)) {
            throw new InputException(
                    "Expected the name of a file that the locale has the characters for in " + TOKEN_FILE
                            + ", but found \"" + VisibleText.of(name) + "\": set LC_ALL=C.UTF-8, or use --token-file.");
        }
        return Utf8.path(name);
    }

    /** Returns a variable of the environment; one that is empty counts as not set. */
    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }

    public TlsOptions tls() {
        return tls;
    }

    /** @throws InputException if the timeout that is given is zero */
    public Duration timeoutOr(Duration unlessGiven) {
        if (timeout != null && timeout.isZero()) {
            throw new UsageException("Expected a duration above zero for --timeout.");
        }
        return timeout == null ? unlessGiven : timeout;
    }

    public boolean json() {
        return json;
    }

    public boolean verbose() {
        return verbose;
    }

    /**
     * Returns the credentials, the same ones each time, if there is a token file.
     *
     * @throws InputException if the file has no token
     */
    public Optional<CallCredentials> credentials() {
        if (token == null) {
            token = tokenFile != null
                    ? new TokenCredentials(tokenFile, "--token-file")
                    : variable(TOKEN_FILE)
                            .map(file -> new TokenCredentials(fileOfVariable(file), TOKEN_FILE))
                            .orElse(null);
        }
        return Optional.ofNullable(token);
    }

    /** Returns whether the token in the file is another one than the last call has sent. */
    public boolean tokenHasChanged() {
        return token != null && token.hasChanged();
    }

    /**
     * Makes channels ask the server for a sign of life when an open call has heard nothing for a while.
     *
     * @param after how long that is
     * @param timeout how long the answer may take
     */
    public void probe(Duration after, Duration timeout) {
        probeAfter = after;
        probeTimeout = timeout;
    }

    /**
     * Returns the settings of a channel.
     *
     * @throws InputException if the TLS options do not fit together, or a file lacks what its option names
     */
    Consumer<NettyChannelBuilder> settings() {
        SslContext context = tls.context();
        return channel -> {
            if (context == null) {
                channel.usePlaintext();
            } else {
                channel.useTransportSecurity().sslContext(context);
            }
            if (probeAfter != null) {
                channel.keepAliveTime(probeAfter.toNanos(), TimeUnit.NANOSECONDS)
                        .keepAliveTimeout(probeTimeout.toNanos(), TimeUnit.NANOSECONDS);
            }
        };
    }
}
