package dev.waystate.process;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads UTF-8, and nothing else. Arguments and file names are in UTF-8 in every locale. The JVM reads them in the
 * locale's encoding, and puts U+FFFD in the place of each character that the encoding lacks. Without a locale, as under
 * cron, that is every character but those of ASCII.
 */
public final class Utf8 {

    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final Path WORKING_DIRECTORY = Path.of("/proc/self/cwd");
    private static final char LOST = '\uFFFD';
    private static final String FREE_IN_URIS = "/-._~";

    /** Whether file names are in UTF-8 anyway, or are not bytes. */
    private static final boolean NATIVE =
            System.getProperty("sun.jnu.encoding").equals("UTF-8") || !Files.exists(WORKING_DIRECTORY);

    private Utf8() {}

    /**
     * Returns the arguments of this process as they were written.
     *
     * @param args as the JVM has passed them to {@code main}, which may have come from a file of arguments
     * @throws IllegalArgumentException if one is not in UTF-8, or is lost
     */
    public static String[] arguments(String[] args) {
        if (Arrays.stream(args).allMatch(Utf8::isAscii)) {
            return args;
        }
        try {
            String[] line = new String(Files.readAllBytes(COMMAND_LINE), StandardCharsets.ISO_8859_1).split("\0", -1);
            int end = line.length - 1; // behind the last NUL
            int begin = end - args.length;
            String[] words = Arrays.copyOfRange(line, Math.max(0, begin), end);
            return areWordsOf(args, words) ? decode(words) : refuseLost(args);
        } catch (IOException noSuchFile) {
            return refuseLost(args);
        }
    }

    /** Returns the file of a name in UTF-8. */
    public static Path path(String name) {
        if (NATIVE) {
            return Path.of(name);
        }
        String base = name.startsWith("/") ? "file://" : workingDirectory() + "/";
        return Path.of(URI.create(base + escape(name)));
    }

    /** Returns the name of a file. It is an absolute name where the JVM does not take names in UTF-8. */
    public static String text(Path file) {
        return NATIVE ? file.toString() : file.toUri().getPath();
    }

    /** Returns whether the JVM has lost a part of a text that it was passed: its bytes mean nothing in the locale. */
    public static boolean isLost(String text) {
        return text.indexOf(LOST) >= 0;
    }

    /** @throws CharacterCodingException if the bytes are not in UTF-8 */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static boolean areWordsOf(String[] args, String[] words) {
        if (words.length != args.length) {
            return false;
        }
        for (int i = 0; i < args.length; i++) {
            if (isAscii(args[i]) ? !words[i].equals(args[i]) : isAscii(words[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(String text) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
    }

    private static String[] decode(String[] args) {
        String[] decoded = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            byte[] bytes = args[i].getBytes(StandardCharsets.ISO_8859_1);
            try {
                decoded[i] = decode(bytes);
            } catch (CharacterCodingException otherEncoding) {
                throw new IllegalArgumentException("Expected arguments in UTF-8, but found \""
                        + new String(bytes, StandardCharsets.UTF_8) + "\" in another encoding.");
            }
        }
        return decoded;
    }

    private static String[] refuseLost(String[] args) {
        Arrays.stream(args).filter(Utf8::isLost).findFirst().ifPresent(arg -> {
            throw new IllegalArgumentException(
                    "Expected arguments in the encoding of the locale, but found \"" + arg + "\": set LC_ALL=C.UTF-8.");
        });
        return args;
    }

    private static String workingDirectory() {
        try {
            return WORKING_DIRECTORY.toRealPath().toUri().toString();
        } catch (IOException removed) {
            return WORKING_DIRECTORY.toUri().toString();
        }
    }

    private static String escape(String name) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean free = b >= 0 && (Character.isLetterOrDigit(b) || FREE_IN_URIS.indexOf(b) >= 0);
            escaped.append(free ? Character.toString(b) : String.format("%%%02X", b));
        }
        return escaped.toString();
    }
}
