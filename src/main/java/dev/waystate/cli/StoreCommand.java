package dev.waystate.cli;

import dev.waystate.process.SqliteLibrary;
import dev.waystate.process.Utf8;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.file.DamagedFileException;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.text.Json;
import dev.waystate.text.VisibleText;
import io.grpc.Status;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that works on the file of the log. */
abstract class StoreCommand extends OutputCommand {

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    private final String verb;

    /** @param verb what the command does, for messages */
    StoreCommand(String verb) {
        this.verb = verb;
    }

    boolean json() {
        return json;
    }

    @Override
    public final Integer call() {
        try {
            SqliteLibrary.load();
        } catch (InvalidPropertyException noLibrary) {
            return fail(verb, noLibrary);
        }
        return run();
    }

    /** Runs the command, and returns the exit code. SQLite is loaded by then. */
    abstract int run();

    /** Says why the files cannot be used, and returns the exit code. */
    int fail(String task, Exception failed) {
        Status status = failed instanceof DamagedFileException ? Status.DATA_LOSS : Status.FAILED_PRECONDITION;
        return fail(task, reason(failed), status);
    }

    /** Says why the task has failed, and returns the exit code. */
    int fail(String task, String reason, Status status) {
        note("Cannot " + task + ": " + VisibleText.of(reason));
        return ExitCodes.of(status);
    }

    /** Returns the reason of a failure in words. The messages of some exceptions are the name of a file alone. */
    static String reason(Exception failed) {
        if (failed instanceof AccessDeniedException denied) {
            return new UnusableFileException(denied).getMessage();
        }
        return failed instanceof NoSuchFileException missing
                ? "there is no file " + missing.getFile()
                : String.valueOf(failed.getMessage());
    }

    /** Returns whether an exception is about this file. */
    static boolean isAbout(Path file, FileSystemException failed) {
        return file.toAbsolutePath().toString().equals(failed.getFile());
    }

    /** Prints the file, its head position and, if it has replaced another file, where that is now. */
    void print(Path file, long head, @Nullable Path replaced) {
        if (!json) {
            print(VisibleText.of(file) + ": head position " + head);
            return;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("file", Utf8.text(file));
        members.put("head_position", head);
        if (replaced != null) {
            members.put("replaced", Utf8.text(replaced));
        }
        print(Json.text(members));
    }
}
