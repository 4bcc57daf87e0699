package dev.waystate.cli;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.JsonText;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.process.SqliteLibrary;
import dev.waystate.process.Utf8;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.local.LogRestore;
import dev.waystate.statelog.local.LogRestore.Restored;
import dev.waystate.statelog.view.UnusableFileException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores the embedded store of a server on this machine, which must have stopped. */
@Command(
        name = "restore",
        description = {
            "Puts a back-up in the place of the embedded store of a server on this machine. The server must have"
                    + " stopped.",
            "The back-up is checked before, and stays as it is. A log that is there is kept under a name that is"
                    + " printed."
        })
final class RestoreCommand extends OutputCommand {

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

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Override
    public Integer call() {
        Restored restored = restore();
        print(text(restored));
        if (restored.replaced() != null && !json) {
            note("The log that was there is now " + TerminalText.of(restored.replaced()));
        }
        return ExitCodes.DONE;
    }

    private Restored restore() {
        try {
            SqliteLibrary.load();
            return LogRestore.restore(file, log, replace);
        } catch (InvalidPropertyException unusable) {
            throw new InputException("Cannot restore: " + TerminalText.of(unusable.getMessage()), unusable);
        } catch (FileAlreadyExistsException exists) {
            throw new InputException(
                    "Expected no log at " + TerminalText.of(log)
                            + ", but there is one: to put it aside, add --replace.",
                    exists);
        } catch (NoSuchFileException missing) {
            throw new InputException(
                    "Expected a back-up, but there is no file " + TerminalText.of(missing.getMessage()) + ".", missing);
        } catch (IOException | UnusableFileException failed) {
            throw new InputException(
                    "Cannot restore " + TerminalText.of(file) + ": "
                            + TerminalText.of(String.valueOf(failed.getMessage())),
                    failed);
        }
    }

    private String text(Restored restored) {
        if (!json) {
            return TerminalText.of(log) + ": head position " + restored.head();
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("file", Utf8.text(log));
        members.put("head_position", restored.head());
        if (restored.replaced() != null) {
            members.put("replaced", Utf8.text(restored.replaced()));
        }
        return JsonText.of(members);
    }
}
