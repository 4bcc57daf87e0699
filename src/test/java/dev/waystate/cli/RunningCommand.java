package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A command that runs in this JVM meanwhile. */
final class RunningCommand implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicInteger exitCode = new AtomicInteger(-1);
    private final Thread thread;

    private RunningCommand(String... args) {
        thread = new Thread(() ->
                exitCode.set(Waystate.run(List.of(args), new PrintWriter(out, true), new PrintWriter(err, true))));
        thread.setDaemon(true);
    }

    static RunningCommand start(String... args) {
        RunningCommand command = new RunningCommand(args);
        command.thread.start();
        return command;
    }

    /** Starts a command against a server. */
    static RunningCommand startAt(String target, String... args) {
        return start(CommandRun.withTarget(target, args));
    }

    List<String> outLines() {
        return out.toString().lines().toList();
    }

    String err() {
        return err.toString();
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Waits for the end. */
    CommandRun await() throws InterruptedException {
        thread.join(TIMEOUT.toMillis());
        assertThat(thread.isAlive()).as(() -> out.toString() + err).isFalse();
        return new CommandRun(exitCode.get(), out.toString(), err.toString());
    }

    /** Ends the command, if it has not ended, as far as an interrupt does. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
