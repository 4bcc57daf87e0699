package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.OtherJava;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server with little memory, and nothing from the JVM that ends it when that has run out. */
final class SmallServer implements AutoCloseable {

    static final int HEAP_MB = 96;
    static final int DIRECT_MB = 48;

    private static final int MOST_SOURCES_AT_ONCE = 100;
    private static final int BYTES_AT_ONCE = 2 * 1024 * 1024;

    private static final Pattern HELD = Pattern.compile("(?m)^waystate_memory_held_bytes\\{.*} (\\S+)$");
    private static final Pattern MOST_RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");

    private final ServerProcess process;
    private final Client client;

    private SmallServer(ServerProcess process) {
        this.process = process;
        this.client = Client.of(process);
    }

    static SmallServer start(Path java, Path directory, String... arguments) throws IOException {
        return startUnder(OtherJava.insteadOfItsJvm(java), directory, arguments);
    }

    static SmallServer startUnder(List<String> wrapper, Path directory, String... arguments) throws IOException {
        String memory = "JAVA_TOOL_OPTIONS=-Xmx" + HEAP_MB + "m -XX:MaxDirectMemorySize=" + DIRECT_MB + "m";
        List<String> command =
                Stream.concat(Stream.of("env", memory), wrapper.stream()).toList();
        return new SmallServer(ServerProcess.startUnder(command, Files.createDirectory(directory), arguments));
    }

    ServerProcess process() {
        return process;
    }

    /** Makes so many sources report once, each with an info of so many bytes. */
    void fill(String prefix, Status status, int sources, int infoBytes) throws Exception {
        String info = "x".repeat(infoBytes);
        int atOnce = Math.min(MOST_SOURCES_AT_ONCE, BYTES_AT_ONCE / infoBytes);
        for (int first = 0; first < sources; first += atOnce) {
            List<CompletableFuture<Void>> appended = new ArrayList<>();
            for (int i = first; i < Math.min(sources, first + atOnce); i++) {
                appended.add(append("%s%04d".formatted(prefix, i), status, info));
            }
            CompletableFuture.allOf(appended.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        }
    }

    private CompletableFuture<Void> append(String source, Status status, String info) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        StreamObserver<AppendRequest> requests = StateLogServiceGrpc.newStub(client.channel())
                .append(new StreamObserver<>() {
                    @Override
                    public void onNext(AppendResponse response) {
                        // the end says it, too
                    }

                    @Override
                    public void onError(Throwable problem) {
                        ended.completeExceptionally(problem);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(null);
                    }
                });
        requests.onNext(AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(1)
                .addReports(Report.newBuilder().setStatus(status).setInfo(info))
                .build());
        requests.onCompleted();
        return ended;
    }

    /** Returns what the calls of all clients hold of its memory, as it says itself. */
    long heldBytes() throws IOException, InterruptedException {
        List<Long> parts = HELD.matcher(
                        Client.get(process, "/actuator/prometheus").body())
                .results()
                .map(row -> (long) Double.parseDouble(row.group(1)))
                .toList();
        assertThat(parts).as("arriving, pending, leaving").hasSize(3);
        return parts.stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the most memory that the process has had. */
    long mostResidentMb() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.process().pid()), "status");
        return MOST_RESIDENT
                        .matcher(Files.readString(status))
                        .results()
                        .mapToLong(row -> Long.parseLong(row.group(1)))
                        .findFirst()
                        .orElseThrow()
                / 1024;
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        process.close();
    }
}
