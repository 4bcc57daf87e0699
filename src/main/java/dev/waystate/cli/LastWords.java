package dev.waystate.cli;

/** What is said if SIGINT, as of Ctrl-C, or SIGTERM ends the process before this is closed. */
final class LastWords implements AutoCloseable {

    private final Thread hook;

    /** @param words runs while the command goes on */
    LastWords(Runnable words) {
        hook = new Thread(words, "last-words");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // they are being said
        }
    }
}
