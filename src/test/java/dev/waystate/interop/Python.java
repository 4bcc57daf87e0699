package dev.waystate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A Python that has gRPC, and the programs of {@code src/test/python} beside stubs generated for them. */
public final class Python {

    private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");
    private static final Path PROGRAMS = Path.of("src", "test", "python").toAbsolutePath();
    private static final Path PROTO = Path.of("proto").toAbsolutePath();

    private final String interpreter;
    private final Path directory;

    private Python(String interpreter, Path directory) {
        this.interpreter = interpreter;
        this.directory = directory;
    }

    /** Generates the stubs in a new directory; skips the test if no Python can. */
    public static Python withStubs() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "python")), "stubs")
                .toAbsolutePath();
        String interpreter = null;
        for (String candidate : INTERPRETERS) {
            if (interpreter == null && hasGrpc(candidate, directory)) {
                interpreter = candidate;
            }
        }
        assumeTrue(
                interpreter != null, "No python3 with gRPC: install python3-grpcio and python3-grpc-tools to run this");
        Python python = new Python(interpreter, directory);
        python.generateStubs();
        return python;
    }

    /** Returns where the stubs and the programs are. */
    public Path directory() {
        return directory;
    }

    /** Runs a program to its end. */
    CommandRun run(String program, String... arguments) throws IOException, InterruptedException {
        return CommandRun.of(directory, "", command(program, arguments));
    }

    /** Returns the words that run a program of this text, which stands beside the stubs from now on. */
    public List<String> command(String program, String text) throws IOException {
        Files.writeString(directory.resolve(program), text);
        return command(program);
    }

    /** Starts a program whose standard output and error are one stream. */
    Process start(String program, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(program, arguments))
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("PYTHONPATH", directory.toString());
        return builder.start();
    }

    private List<String> command(String program, String... arguments) throws IOException {
        Path copy = directory.resolve(program); // beside the stubs, where a user has it
        if (Files.notExists(copy)) {
            Files.copy(PROGRAMS.resolve(program), copy);
        }
        List<String> command = new ArrayList<>(List.of(interpreter, copy.toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private void generateStubs() throws IOException, InterruptedException {
        CommandRun protoc = CommandRun.of(
                directory,
                "",
                List.of(
                        interpreter,
                        "-m",
                        "grpc_tools.protoc",
                        "--proto_path=" + PROTO,
                        "--python_out=.",
                        "--grpc_python_out=.",
                        "unary.proto",
                        "request_streaming.proto",
                        "waystate/v1/displacement.proto",
                        "waystate/v1/state_log.proto"));
        assertThat(protoc.exitCode()).as(protoc.err()).isZero();
    }

    private static boolean hasGrpc(String interpreter, Path directory) throws InterruptedException {
        try {
            return CommandRun.of(directory, "", List.of(interpreter, "-c", "import grpc, grpc_tools"))
                            .exitCode()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }
}
