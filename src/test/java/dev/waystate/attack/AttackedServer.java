package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.ops.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server with little memory, whose process would end if that were not enough. */
final class AttackedServer implements AutoCloseable {

    static final String ATTACKED_METHOD = "waystate.v1.BulkDisplacementService/ComputeDisplacements";

    private static final String LITTLE_MEMORY =
            "JAVA_TOOL_OPTIONS=-Xmx96m -XX:MaxDirectMemorySize=48m -XX:+ExitOnOutOfMemoryError";
    /** Lines of the log that tell of a fault. The warning that the server is open does not count. */
    static final Pattern COMPLAINT = Pattern.compile("^\\tat |OutOf\\w+Error:| WARN (?!.* The server is open)| ERROR ");

    private static final int CALLS_AFTERWARDS = 50;
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(5);

    private final ServerProcess process;
    private final Client client;
    private final @Nullable Load load;

    private AttackedServer(ServerProcess process, boolean inUse) {
        this.process = process;
        this.client = Client.of(process);
        this.load = inUse ? Load.start(client, BETWEEN_CALLS) : null;
    }

    /** Starts a server as it comes, and somebody who uses it all the time. */
    static AttackedServer inUse(Path directory) throws IOException {
        return new AttackedServer(start(Files.createDirectory(directory.resolve("in-use"))), true);
    }

    /** Starts a server whose limits are as good as none. */
    static AttackedServer withoutLimits(Path directory) throws IOException {
        ServerProcess process = start(
                Files.createDirectory(directory.resolve("without-limits")),
                "--waystate.limits.resets=1000000",
                "--waystate.limits.calls-per-connection=1000000",
                "--waystate.limits.inbound-memory=64MB",
                "--waystate.limits.permit-keepalive-time=0s",
                "--waystate.limits.metadata-size=1MB");
        return new AttackedServer(process, false);
    }

    private static ServerProcess start(Path directory, String... arguments) throws IOException {
        return ServerProcess.startUnder(List.of("env", LITTLE_MEMORY), directory, arguments);
    }

    int port() {
        return process.grpcPort();
    }

    ServerProcess process() {
        return process;
    }

    /** Returns how many calls of a method have reached the service, or its interceptors. */
    long calls(String method) throws IOException, InterruptedException {
        return sum("grpc_server_call_started_total\\{.*grpc_method=\"" + Pattern.quote(method) + "\".*}");
    }

    /** Returns how many calls are open. */
    long openCalls() throws IOException, InterruptedException {
        return sum("waystate_calls_open");
    }

    /** Returns how often a limit has been reached. */
    long refused(String limit) throws IOException, InterruptedException {
        return sum("waystate_limits_refused_total\\{limit=\"" + limit + "\"}");
    }

    private long sum(String rows) throws IOException, InterruptedException {
        return Pattern.compile("(?m)^" + rows + " (\\S+)$")
                .matcher(Client.get(process, "/actuator/prometheus").body())
                .results()
                .mapToLong(row -> (long) Double.parseDouble(row.group(1)))
                .sum();
    }

    /** Checks that the server is still at work, and that nobody else has noticed anything. */
    void assertUnharmed() throws InterruptedException {
        load.awaitSucceeded(CALLS_AFTERWARDS);
        assertThat(load.failures()).isEmpty();
        assertThat(process.output().stream().filter(COMPLAINT.asPredicate())).isEmpty();
    }

    @Override
    public void close() throws InterruptedException {
        if (load != null) {
            load.close();
        }
        client.close();
        process.close();
    }
}
