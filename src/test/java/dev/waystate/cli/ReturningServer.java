package dev.waystate.cli;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A server that is killed and comes back with the same data and on the same port. */
final class ReturningServer implements AutoCloseable {

    private final Path directory;
    private final int port;
    private ServerProcess process;

    ReturningServer(Path directory) throws IOException {
        this.directory = directory;
        this.process = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP);
        this.port = process.grpcPort();
    }

    String target() {
        return "localhost:" + port;
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts the server again, and waits until it serves. */
    void comeBack() throws IOException {
        // Of a property that is given twice, Spring would take both values.
        String samePort = "exec \"${@/--grpc.server.port=0/--grpc.server.port=" + port + "}\"";
        process = ServerProcess.launch(directory, List.of("bash", "-c", samePort, "bash"), ServerProcess.WITHOUT_HTTP);
        process.awaitStart();
    }

    @Override
    public void close() {
        process.close();
    }
}
