package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import dev.waystate.cli.output.InputException;
import io.grpc.CallCredentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a client command reaches the server: the same options for every one. */
public final class ConnectionOptions {

    private static final String CLIENT = "grpc.client." + ClientContext.CLIENT + ".";

    @Option(
            names = "--target",
            paramLabel = "HOST:PORT",
            converter = TargetConverter.class,
            description = "Where the server is; localhost:50051 when not given. IPv6: [::1]:50051.")
    private @Nullable HostAndPort target;

    @Mixin
    private TlsOptions tls;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with the token that is sent as 'authorization: Bearer ...'.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = TimeoutConverter.class,
            description = "The most that a call, or connecting a stream, may take: 500ms, 5s, 1m; 10s when not given,"
                    + " and 3s for health. Also the most that a stream may stand still; 60s when not given.")
    private @Nullable Duration timeout;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Option(names = "--verbose", description = "Show the stack trace of a failure, and signs of life of a stream.")
    private boolean verbose;

    public Optional<HostAndPort> target() {
        return Optional.ofNullable(target);
    }

    public TlsOptions tls() {
        return tls;
    }

    public Duration timeoutOr(Duration unlessGiven) {
        return timeout == null ? unlessGiven : timeout;
    }

    public boolean hasToken() {
        return tokenFile != null;
    }

    public boolean json() {
        return json;
    }

    public boolean verbose() {
        return verbose;
    }

    /**
     * Returns the credentials, if there is a token file.
     *
     * @throws InputException if the file has no token
     */
    public Optional<CallCredentials> credentials() {
        return Optional.ofNullable(tokenFile).map(BearerToken::credentials);
    }

    /** Returns the properties of the starter that say the same, for those options that are given. */
    Map<String, Object> toProperties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        target().ifPresent(given -> properties.put(CLIENT + "address", Targets.toUri(given)));
        tls.toProperties().forEach((name, value) -> properties.put(CLIENT + name, value));
        return properties;
    }
}
