package dev.waystate.cli;

import dev.waystate.statelog.backup.LogRestore;
import dev.waystate.statelog.backup.LogRestore.Restored;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores the log of a server on this machine, which must have stopped. */
@Command(
        name = "restore",
        description = {
            "Puts a back-up in the place of the log of a server on this machine. The server must have" + " stopped.",
            "The back-up is checked before, and stays as it is. A log that is there is kept under a name that is"
                    + " printed.",
            "Exits with 73 if a file cannot be used or written, 79 if the back-up is damaged."
        })
final class RestoreCommand extends StoreCommand {

    @Parameters(paramLabel = "FILE", description = "The back-up.")
    private Path file;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            defaultValue = "data/waystate.db",
            description = "The server's waystate.state-log.file; ${DEFAULT-VALUE} when not given.")
    private Path log;

    @Option(names = "--replace", description = "Put a log that is there aside.")
    private boolean replace;

    RestoreCommand() {
        super("restore");
    }

    @Override
    int run() {
        try {
            tell(LogRestore.restore(file, log, replace));
            return ExitCodes.DONE;
        } catch (IOException | UnusableFileException failed) {
            checkFiles(failed);
            return fail("restore " + VisibleText.of(file), failed);
        }
    }

    private void tell(Restored restored) {
        print(log, restored.head(), restored.replaced());
        if (restored.lost() != null) {
            note("The back-up was not closed in order, and " + VisibleText.of(restored.lost())
                    + " is not there: reports that were in it alone are missing.");
        }
        if (restored.replaced() != null && !json()) {
            note("The log that was there is now " + VisibleText.of(restored.replaced()));
        }
    }

    /** @throws InputException if the back-up is missing, or a log is there */
    private void checkFiles(Exception failed) {
        if (failed instanceof FileAlreadyExistsException exists && isAbout(log, exists)) {
            throw new InputException(
                    "Expected no log at " + VisibleText.of(log) + ", but there is one: to put it aside, add --replace.",
                    failed);
        }
        if (failed instanceof NoSuchFileException missing && isAbout(file, missing)) {
            throw new InputException("Expected a back-up, but there is no file " + VisibleText.of(file) + ".", failed);
        }
    }
}
