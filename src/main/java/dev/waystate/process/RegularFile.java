package dev.waystate.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens files and nothing else. To open a pipe would take until somebody writes to it. */
public final class RegularFile {

    private RegularFile() {}

    /** @throws IOException if there is no such file, if it is something else, such as a pipe, or cannot be read */
    public static InputStream open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("expected a file, but found " + file);
        }
        return Files.newInputStream(file);
    }
}
