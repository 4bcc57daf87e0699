package dev.waystate.statelog.backup;

import dev.waystate.process.ShutdownHook;
import dev.waystate.statelog.file.LogFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are deleted unless they are completed, also when SIGINT or SIGTERM ends the process before.
 */
final class UnfinishedFiles implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UnfinishedFiles.class);

    /** The step that completes the files. */
    interface LastStep<T> {
        T run() throws IOException;
    }

    private final List<Path> files = new ArrayList<>();
    private final ShutdownHook hook = new ShutdownHook(this::delete);

    /** Adds a file that is there. */
    synchronized void add(Path file) {
        files.add(file);
    }

    /** Creates an empty file for this user alone, for SQLite to fill, under a name that no other file has. */
    synchronized Path createIn(Path directory, String prefix) throws IOException {
        try {
            Path file = Files.createTempFile(directory, prefix, ".partial");
            files.add(file);
            files.addAll(LogFile.companionsOf(file));
            return file;
        } catch (FileSystemException refused) {
            String reason = refused.getReason() == null ? "not there, or not open to this user" : refused.getReason();
            throw new IOException("the directory " + directory + " cannot be written to: " + reason, refused);
        }
    }

    /** Runs the last step, which a signal does not cut short, and keeps the files from then on. */
    synchronized <T> T complete(LastStep<T> step) throws IOException {
        T result = step.run();
        files.clear();
        return result;
    }

    private synchronized void delete() {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException left) {
                log.debug("An unfinished file stays", left);
            }
        }
        files.clear();
    }

    @Override
    public void close() {
        hook.close();
        delete();
    }
}
