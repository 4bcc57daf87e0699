package dev.waystate.docs;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.cli.RunningProgram;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A shell in a directory of its own, in which {@code waystate} and {@code java -jar waystate.jar} are the built program,
 * and the ports of the pages are those of a server.
 */
final class Terminal {

    private static final Map<String, String> PROGRAMS = Map.of(
            "waystate",
            "exec " + quoted(ServerProcess.command()) + " \"$@\"",
            "java",
            "while [ \"$1\" != -jar ]; do shift; done; shift 2; exec waystate \"$@\"",
            "sensor",
            "echo OK,awake",
            "curl", // a stream that is followed has no end
            """
            code=0; PATH=${PATH#*:} curl --silent --show-error --fail --max-time 1 "$@" || code=$?
            case "$code $*" in '28 '*follow=true*) exit 0;; *) exit $code;; esac
            """);

    private final Path directory;
    private final int grpcPort;
    private final int httpPort;

    private Terminal(Path directory, int grpcPort, int httpPort) throws IOException {
        this.directory = directory;
        this.grpcPort = grpcPort;
        this.httpPort = httpPort;
        Path bin = Files.createDirectories(directory.resolve("bin"));
        for (Map.Entry<String, String> program : PROGRAMS.entrySet()) {
            Path file = Files.writeString(bin.resolve(program.getKey()), "#!/bin/sh\n" + program.getValue() + "\n");
            file.toFile().setExecutable(true);
        }
    }

    static Terminal of(ServerProcess server, Path directory) throws IOException {
        return new Terminal(directory, server.grpcPort(), server.httpPort());
    }

    /** Returns one for scripts that start a server themselves, on ports that were free. */
    static Terminal withFreePorts(Path directory) throws IOException {
        try (ServerSocket grpc = new ServerSocket(0);
                ServerSocket http = new ServerSocket(0)) {
            return new Terminal(directory, grpc.getLocalPort(), http.getLocalPort());
        }
    }

    /** Runs a script to its end, or to the first command that fails. */
    CommandRun run(String script) throws IOException, InterruptedException {
        return CommandRun.of(directory, "", words("set -euo pipefail\n" + script));
    }

    RunningProgram start(String script) throws IOException {
        return RunningProgram.start(directory, words(script));
    }

    /** Returns a text with this server's ports, and with directories of this one. */
    String adapted(String text) {
        return text.replace("localhost:50051", "localhost:" + grpcPort)
                .replace("localhost:8080", "localhost:" + httpPort)
                .replace("/backups/", directory + "/backups/")
                .replace("PATH=$PWD/src/main/launcher:$PATH\n", "");
    }

    private List<String> words(String script) {
        return List.of(
                "env",
                "PATH=" + directory.resolve("bin") + ":" + System.getenv("PATH"),
                "GRPC_SERVER_PORT=" + grpcPort,
                "SERVER_PORT=" + httpPort,
                "TOKEN=0123456789abcdef",
                "bash",
                "-c",
                adapted(script));
    }

    private static String quoted(List<String> words) {
        return words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }
}
