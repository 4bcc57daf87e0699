package dev.waystate.cli.output;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Tells what the process's streams lead to. On a system without {@code /proc}, no stream counts as a terminal. */
public final class Terminals {

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final File TERMINAL = new File("/dev/tty");

    private Terminals() {}

    /**
     * Returns whether the process was started without standard input. Descriptor 0 is something else then, which must
     * be neither read nor closed: the launcher has opened it for writing alone, or Java has opened a file of its own
     * under it.
     */
    public static boolean isStdinClosed() {
        return leadsTo(STDIN).startsWith(realPath(System.getProperty("java.home")) + File.separator)
                || isOnlyWritten(STDIN);
    }

    /** Returns whether standard input is a regular file, which may still grow. */
    public static boolean isStdinFile() {
        return Files.isRegularFile(stream(STDIN));
    }

    public static boolean isStdoutTerminal() {
        return isTerminal(STDOUT);
    }

    /** Returns whether another process reads what is printed. */
    public static boolean isStdoutPipe() {
        return leadsTo(STDOUT).matches("(pipe|socket):.*");
    }

    /** Returns whether standard output shows colours. {@code NO_COLOR} turns them off, as no-color.org describes. */
    static boolean hasColours() {
        return isStdoutTerminal() && wantsColours(System.getenv());
    }

    static boolean wantsColours(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !isDumb(environment);
    }

    private static boolean isDumb(Map<String, String> environment) {
        return "dumb".equals(environment.get("TERM"));
    }

    static boolean isStderrTerminal() {
        return isTerminal(STDERR);
    }

    /** Returns whether standard output is a terminal on which text can be painted over. */
    public static boolean isScreen() {
        return isStdoutTerminal() && !isDumb(System.getenv());
    }

    /**
     * Returns how many characters fit into a line of standard output; {@link Integer#MAX_VALUE} if that is no terminal.
     */
    static int width() {
        return isStdoutTerminal() ? size(1, Integer.MAX_VALUE) : Integer.MAX_VALUE;
    }

    /** Returns how many lines the terminal has; as many as the smallest in use if it does not tell. */
    public static int height() {
        return size(0, 24);
    }

    private static int size(int dimension, int unlessKnown) {
        try {
            Process size =
                    new ProcessBuilder("stty", "size").redirectInput(TERMINAL).start();
            String[] rowsAndColumns = new String(size.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            int number = Integer.parseInt(rowsAndColumns[dimension]);
            return number > 0 ? number : unlessKnown;
        } catch (IOException | RuntimeException unknown) {
            return unlessKnown;
        }
    }

    // System.console() knows of stdin and stdout only, and from Java 22 on may be there without a terminal.
    private static boolean isTerminal(int stream) {
        return leadsTo(stream).matches("/dev/(pts/|tty|console).*");
    }

    private static boolean isOnlyWritten(int stream) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/fdinfo/" + stream))) {
            return lines.anyMatch(line -> line.matches("flags:.*1")); // octal; the last digit is the access mode
        } catch (IOException | UncheckedIOException noSuchSystem) {
            return false;
        }
    }

    private static String realPath(String file) {
        try {
            return Path.of(file).toRealPath().toString();
        } catch (IOException unknown) {
            return file;
        }
    }

    private static Path stream(int number) {
        return Path.of("/proc/self/fd/" + number);
    }

    private static String leadsTo(int stream) {
        try {
            return Files.readSymbolicLink(stream(stream)).toString();
        } catch (IOException | UnsupportedOperationException noSuchSystem) {
            return "";
        }
    }
}
