package dev.waystate.cli;

import dev.waystate.NamedPipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A named pipe through which reports come, as fast as they are taken, until it is closed. Their infos are their
 * numbers.
 */
final class ReportPipe {

    private final Path path;
    private final CompletableFuture<Integer> written = new CompletableFuture<>();
    private volatile boolean closed;

    private ReportPipe(Path path) {
        this.path = path;
    }

    static ReportPipe create(Path directory) throws IOException, InterruptedException {
        Path path = NamedPipe.make(directory.resolve("pipe.csv"));
        ReportPipe pipe = new ReportPipe(path);
        Thread writer = new Thread(pipe::write, "report-pipe");
        writer.setDaemon(true);
        writer.start();
        return pipe;
    }

    String path() {
        return path.toString();
    }

    /** Closes the pipe and returns how many reports went through it. */
    int close() throws Exception {
        closed = true;
        return written.get(60, TimeUnit.SECONDS);
    }

    private void write() {
        int count = 0;
        try (Writer pipe = Files.newBufferedWriter(path)) { // waits for the reader
            while (!closed) {
                pipe.write("OK," + ++count + "\n");
            }
        } catch (IOException readerHasGone) {
            written.completeExceptionally(new UncheckedIOException(readerHasGone));
        }
        written.complete(count);
    }
}
