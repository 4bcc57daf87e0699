package dev.waystate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A Java that is installed beside the one which runs the tests. */
public final class OtherJava {

    private OtherJava() {}

    /** Returns the path of the JVM of Java 25, if there is one in JAVA_HOME_25 or under /usr/lib/jvm. */
    public static Optional<Path> java25() throws IOException {
        String home = System.getenv("JAVA_HOME_25");
        if (home != null) {
            return Optional.of(Path.of(home, "bin", "java"));
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(candidate -> candidate.getFileName().toString().contains("25"))
                    .map(candidate -> candidate.resolve("bin").resolve("java"))
                    .filter(Files::isExecutable)
                    .sorted()
                    .findFirst();
        }
    }

    /**
     * Returns a wrapping command for {@link ServerProcess}, which runs the server on another JVM than it would, and
     * without the archive, which fits that one alone.
     */
    public static List<String> insteadOfItsJvm(Path java) {
        String script = "java=$1; shift 2; case $1 in -XX:SharedArchiveFile=*) shift; esac; exec \"$java\" \"$@\"";
        return List.of("sh", "-c", script, "sh", java.toString());
    }
}
