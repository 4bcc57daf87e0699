package dev.waystate.cli;

import com.google.common.collect.ObjectArrays;
import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A server that is killed and comes back with the same data and on the same port, maybe at another address. */
public final class ReturningServer implements AutoCloseable {

    private final Path directory;
    private final int port;
    private volatile ServerProcess process;

    private ReturningServer(Path directory, int port, ServerProcess process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Starts a server on a port that was free, with further properties as arguments. */
    public static ReturningServer start(Path directory, String... arguments) throws IOException {
        return start(KafkaBroker.freePort(), directory, arguments);
    }

    /** Starts a server on this port. */
    static ReturningServer start(int port, Path directory, String... arguments) throws IOException {
        return new ReturningServer(directory, port, startOn(port, directory, arguments));
    }

    public ServerProcess process() {
        return process;
    }

    public String target() {
        return "localhost:" + port;
    }

    public int port() {
        return port;
    }

    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts the server again, and waits until it serves. */
    public void comeBack(String... arguments) throws IOException {
        process = startOn(port, directory, arguments);
    }

    /** Starts the server again, and does not wait. */
    public void launchAgain(String... arguments) throws IOException {
        process = launchOn(port, directory, arguments);
    }

    private static ServerProcess startOn(int port, Path directory, String... arguments) throws IOException {
        ServerProcess process = launchOn(port, directory, arguments);
        process.awaitStart();
        return process;
    }

    private static ServerProcess launchOn(int port, Path directory, String... arguments) throws IOException {
        // Of a property that is given twice, Spring would take both values.
        String samePort = "exec \"${@/--grpc.server.port=0/--grpc.server.port=" + port + "}\"";
        return ServerProcess.launch(directory, List.of("bash", "-c", samePort, "bash"), withoutHttp(arguments));
    }

    private static String[] withoutHttp(String... arguments) {
        return ObjectArrays.concat(arguments, ServerProcess.WITHOUT_HTTP);
    }

    @Override
    public void close() {
        process.close();
    }
}
