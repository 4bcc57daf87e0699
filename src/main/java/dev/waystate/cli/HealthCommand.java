package dev.waystate.cli;

import dev.waystate.cli.connection.HttpReadiness;
import dev.waystate.cli.connection.PlainChannel;
import dev.waystate.text.UsageException;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a server for its health, with as little start-up as possible: orchestrators call it every few seconds. */
@Command(
        name = "health",
        description = {
            "Prints whether the server, or one service of it, is SERVING; exits with 0 if so and with 1 if not.",
            "With --http the HTTP port is asked, which has the same answer: for a gRPC port that wants certificates."
        })
final class HealthCommand extends ClientCommand {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    @Parameters(
            arity = "0..1",
            paramLabel = "SERVICE",
            defaultValue = "",
            description = "A service's full name, such as my_package.RequestStreaming; all of the server if left out.")
    private String service;

    @Option(
            names = "--http",
            arity = "0..1",
            paramLabel = "URL",
            fallbackValue = "",
            description = "Ask for the readiness of the HTTP port. Without a URL it is"
                    + " http://localhost:8080/actuator/health/readiness, with $MANAGEMENT_SERVER_PORT or $SERVER_PORT in"
                    + " place of 8080 if one is set. A URL without a path gets this one.")
    private @Nullable String http;

    @Override
    public Integer call() {
        return http == null ? callGrpc() : callHttp(http.isEmpty() ? HttpReadiness.localUrl(System.getenv()) : http);
    }

    @Override
    Duration timeout() {
        return connection().timeoutOr(TIMEOUT);
    }

    private int callHttp(String url) {
        if (!service.isEmpty()
                || isGiven("--target")
                || isGiven("--token-file")
                || connection().tls().enabled()) {
            throw new UsageException("Expected either --http, or a service and the options of a gRPC connection.");
        }
        setTarget(url);
        return tell(HttpReadiness.ask(url, timeout()));
    }

    private int callGrpc() {
        prepare();
        ManagedChannel channel = PlainChannel.open(connection());
        try {
            return tell(check(channel));
        } finally {
            channel.shutdownNow();
        }
    }

    private ServingStatus check(ManagedChannel channel) {
        HealthBlockingStub health = inTime(HealthGrpc.newBlockingStub(channel));
        if (connection().credentials().isPresent()) {
            health = health.withCallCredentials(connection().credentials().get());
        }
        return health.check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private int tell(ServingStatus status) {
        String line = connection().json() ? "{\"status\":\"" + status + "\"}" : status.toString();
        return printLast(line, status == ServingStatus.SERVING ? ExitCodes.DONE : ExitCodes.NO);
    }
}
