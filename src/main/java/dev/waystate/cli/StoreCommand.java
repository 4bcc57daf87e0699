package dev.waystate.cli;

import dev.waystate.process.SqliteLibrary;
import dev.waystate.process.Utf8;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.text.InputException;
import dev.waystate.text.Json;
import dev.waystate.text.VisibleText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands have in common that work on the file of the embedded store. */
abstract class StoreCommand extends OutputCommand {

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    boolean json() {
        return json;
    }

    /** @throws InputException if SQLite's library cannot be loaded */
    static void loadSqlite(String purpose) {
        try {
            SqliteLibrary.load();
        } catch (InvalidPropertyException unusable) {
            throw new InputException("Cannot " + purpose + ": " + VisibleText.of(unusable.getMessage()), unusable);
        }
    }

    /** Prints the file that there is now, its head position and, if it has taken the place of another, where that is. */
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
