package dev.waystate.process;

/** Runs a task if SIGINT, as of Ctrl-C, or SIGTERM ends the process before this is closed. */
public final class ShutdownHook implements AutoCloseable {

    private final Thread hook;

    /** @param task runs while the rest of the process goes on; the process ends after it */
    public ShutdownHook(Runnable task) {
        hook = new Thread(task, "shutdown-hook");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // the task is running
        }
    }
}
