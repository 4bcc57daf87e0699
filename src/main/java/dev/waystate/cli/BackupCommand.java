package dev.waystate.cli;

import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Backs up the log of a server on this machine. It needs only the file, and calls no server. */
@Command(
        name = "backup",
        description = {
            "Backs up the log of a server on this machine, which goes on serving meanwhile.",
            "The back-up has everything that was acknowledged before it began, and is checked before it gets its name.",
            "To go on from it, stop the server and use restore.",
            "Exits with 73 if a file cannot be used or written, 79 if the log is damaged."
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

    BackupCommand() {
        super("back up");
    }

    @Override
    int run() {
        try {
            print(file, LogBackup.copy(log, file), null);
            return ExitCodes.DONE;
        } catch (FileAlreadyExistsException exists) {
            throw new InputException(
                    "Expected a new file for the back-up, but " + VisibleText.of(file) + " exists.", exists);
        } catch (IOException | UnusableFileException failed) {
            checkFiles(failed);
            return fail("back up " + VisibleText.of(log), failed);
        }
    }

    /** @throws InputException if the log, or the directory of the back-up, is not there */
    private void checkFiles(Exception failed) {
        if (failed instanceof NoSuchFileException missing && isAbout(log, missing)) {
            throw new InputException(
                    "Expected the server's store, but " + VisibleText.of(log) + " is not there: name it with --from.",
                    failed);
        }
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new InputException(
                    "Expected a directory for the back-up, but " + VisibleText.of(directory) + " is none.", failed);
        }
    }
}
