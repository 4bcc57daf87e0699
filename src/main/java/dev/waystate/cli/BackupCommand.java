package dev.waystate.cli;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.statelog.view.LogBackup;
import dev.waystate.statelog.view.UnusableFileException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
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
        } catch (FileAlreadyExistsException exists) {
            throw new InputException(
                    "Expected a new file for the back-up, but " + TerminalText.of(file) + " exists.", exists);
        } catch (NoSuchFileException missing) {
            throw new InputException(
                    "Expected a file and a directory that are there, but " + TerminalText.of(missing.getMessage())
                            + " is not: name the server's store with --from.",
                    missing);
        } catch (IOException | UnusableFileException failed) {
            throw new InputException(
                    "Cannot back up " + TerminalText.of(log) + ": "
                            + TerminalText.of(String.valueOf(failed.getMessage())),
                    failed);
        }
    }
}
