package dev.waystate.cli;

import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Backs up the embedded store of a server on this machine. It needs the file alone, and calls nobody. */
@Command(
        name = "backup",
        description = {
            "Backs up the embedded store of a server on this machine, which goes on serving meanwhile.",
            "The back-up has everything that was acknowledged before it began, and is checked before it gets its name.",
            "To go on from it, stop the server and use restore."
        })
final class BackupCommand extends StoreCommand {

    @Parameters(paramLabel = "FILE", description = "Where the back-up goes; it must not exist.")
    private Path file;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            defaultValue = "data/waystate.db",
            description = "The server's waystate.state-log.file; ${DEFAULT-VALUE} when not given.")
    private Path log;

    @Override
    public Integer call() {
        print(file, backup(), null);
        return ExitCodes.DONE;
    }

    /** Returns the head position of the back-up. */
    private long backup() {
        loadSqlite("back up");
        try {
            return LogBackup.copy(log, file);
        } catch (IOException | UnusableFileException failed) {
            throw new InputException(problem(failed), failed);
        }
    }

    private String problem(Exception failed) {
        String message = String.valueOf(failed.getMessage());
        String copy = VisibleText.of(file);
        Path directory = file.toAbsolutePath().getParent();
        Path logDirectory = log.toAbsolutePath().getParent();
        if (failed instanceof FileAlreadyExistsException) {
            return "Expected a new file for the back-up, but " + copy + " exists.";
        }
        if (!Files.exists(log)) {
            return "Expected the server's store, but " + VisibleText.of(log) + " is not there: name it with --from.";
        }
        if (!Files.isDirectory(directory)) {
            return "Expected a directory for the back-up, but " + VisibleText.of(directory) + " is none.";
        }
        if (!Files.isWritable(directory)) {
            return "Cannot write the back-up " + copy + ": its directory is read-only, or not open to this user.";
        }
        if (message.contains("SQLITE_FULL") || message.contains("SQLITE_IOERR_WRITE")) {
            return "Cannot write the back-up " + copy + ": its disk is full.";
        }
        if (failed instanceof IOException && !Files.isWritable(logDirectory)) {
            return "Cannot read " + VisibleText.of(log) + ": its directory is read-only, or not open to this user,"
                    + " and SQLite has to write beside it. Copy it, with the -wal"
                    + " beside it, and name the copy with --from.";
        }
        return "Cannot back up " + VisibleText.of(log) + ": " + VisibleText.of(message);
    }
}
