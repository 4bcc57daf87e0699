package dev.waystate.cli;

import dev.waystate.cli.output.TerminalText;
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
        boolean unknownCommand = wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && wrong.getCommandLine().getParent() == null;
        String message = unknownCommand
                ? "Unknown command '"
                        + ((UnmatchedArgumentException) wrong).getUnmatched().get(0) + "'."
                : wrong.getMessage();
        return TerminalText.of(message);
    }
}
