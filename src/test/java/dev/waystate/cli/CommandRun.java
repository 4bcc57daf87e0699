package dev.waystate.cli;

import com.google.common.collect.ObjectArrays;
import dev.waystate.ServerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The result of a command: its exit code and the two streams. */
public record CommandRun(int exitCode, String out, String err) {

    private static final int TIMEOUT_SECONDS = 60;

    /** Runs a command in this JVM. */
    public static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Waystate.run(List.of(args), new PrintWriter(out), new PrintWriter(err));
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** Runs a command in this JVM against a server. */
    static CommandRun at(String target, String... args) {
        return of(withTarget(target, args));
    }

    /** Returns the words of a command that calls a server. */
    static String[] withTarget(String target, String... args) {
        return ObjectArrays.concat(args, new String[] {"--target", target}, String.class);
    }

    /** Runs the built jar in a process of its own, with this text on its standard input. */
    public static CommandRun ofJar(Path directory, String input, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ServerProcess.java(), "-XX:TieredStopAtLevel=1", "-jar"));
        command.add(ServerProcess.jar().toString());
        command.addAll(List.of(args));
        return of(directory, input, command);
    }

    /** Runs any command in a process of its own. */
    public static CommandRun of(Path directory, String input, List<String> command)
            throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile(directory, "in", ".txt"), input);
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("Still running after " + TIMEOUT_SECONDS + " s: " + command);
        }
        return new CommandRun(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    public List<String> outLines() {
        return out.lines().toList();
    }
}
