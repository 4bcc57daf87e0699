package dev.waystate.cli;

import dev.waystate.text.VisibleText;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, what may have been meant, and where the help is. */
final class UsageErrors implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException wrong, String[] args) {
        CommandLine commandLine = wrong.getCommandLine();
        PrintWriter err = commandLine.getErr();
        err.println(message(wrong));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCodes.USAGE;
    }

    private static String message(ParameterException wrong) {
        boolean unknown = wrong instanceof UnmatchedArgumentException
                && wrong.getCommandLine().getParent() == null;
        return VisibleText.of(unknown ? withoutCommand((UnmatchedArgumentException) wrong) : wrong.getMessage());
    }

    private static String withoutCommand(UnmatchedArgumentException wrong) {
        String first = wrong.getUnmatched().get(0);
        return !wrong.isUnknownOption()
                ? "Unknown command '" + first + "'."
                : isOption(first, wrong.getCommandLine())
                        ? "Expected a command before '" + first + "'."
                        : wrong.getMessage();
    }

    /** Tells whether it is an option of some command. */
    private static boolean isOption(String argument, CommandLine root) {
        return root.getSubcommands().values().stream()
                .anyMatch(
                        command -> command.getCommandSpec().optionsMap().containsKey(argument.replaceFirst("=.*", "")));
    }
}
