package dev.waystate.cli;

import java.util.List;
import picocli.CommandLine;

/** Asks the program's own model about the words of a client command. */
public final class CommandOptions {

    private CommandOptions() {}

    /** Returns the command and the options that the program does not have. */
    public static List<String> unknown(List<String> words) {
        CommandLine root = new CommandLine(new RootCommand());
        String first = words.get(0);
        CommandLine command =
                first.startsWith("-") ? root : root.getSubcommands().get(first);
        if (command == null) {
            return List.of(first);
        }
        return words.stream()
                .filter(word -> word.matches("--?[a-z].*"))
                .map(word -> word.replaceAll("=.*", ""))
                .filter(option -> command.getCommandSpec().findOption(option) == null)
                .toList();
    }

    /** Tells whether any command has an option of this name. */
    public static boolean isOption(String name) {
        return new CommandLine(new RootCommand())
                .getSubcommands().values().stream()
                        .anyMatch(command -> command.getCommandSpec().findOption(name) != null);
    }
}
