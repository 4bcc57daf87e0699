package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

/** Makes named pipes. To open one takes until somebody opens its other end. */
public final class NamedPipe {

    private NamedPipe() {}

    /** Makes a pipe and returns its path. */
    public static Path make(Path path) throws IOException, InterruptedException {
        Process mkfifo =
                new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertThat(mkfifo.waitFor()).isZero();
        return path;
    }
}
