package dev.waystate.cli.output;

import java.util.concurrent.TimeUnit;

/** Shows how many items are done, on one line of standard error, if that is a terminal. For one thread. */
public final class Progress implements AutoCloseable {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String task;
    private final boolean shown = Terminals.isStderrTerminal();
    private final long begun = System.nanoTime();
    private long drawn = begun;
    private long done;

    private Progress(String task) {
        this.task = task;
    }

    public static Progress of(String task) {
        return new Progress(task);
    }

    public void step() {
        stepBy(1);
    }

    public void stepBy(long more) {
        done += more;
        if (shown && System.nanoTime() - drawn > PAUSE_NANOS) {
            draw();
        }
    }

    @Override
    public void close() {
        if (drawn != begun) { // a short task has no line
            draw();
            System.err.println();
        }
    }

    private void draw() {
        drawn = System.nanoTime();
        System.err.printf("\r%s %,d (%,.0f/s)\u001b[K", task, done, done * 1e9 / (drawn - begun));
    }
}
