package dev.waystate.cli;

import dev.waystate.text.VisibleText;
import java.io.PrintWriter;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, what was expected or may have been meant, and where the help is. */
final class UsageErrors implements IParameterExceptionHandler {

    /** The beginning of picocli's message about a value that a converter refuses. */
    private static final Pattern INVALID_VALUE = Pattern.compile("Invalid value for [^:]*: ");

    /** The beginning of picocli's message about an option without its value. */
    private static final String NO_VALUE = "Missing required parameter for option";

    /** Picocli's message about several options of which only one is allowed. */
    private static final Pattern EXCLUSIVE = Pattern.compile("Error: (.*) are mutually exclusive .*");

    /** What was given, in picocli's message about several groups of options of which only one is allowed. */
    private static final Pattern GIVEN = Pattern.compile("]=\\{(.*?)}");

    @Override
    public int handleParseException(ParameterException wrong, String[] args) {
        PrintWriter err = wrong.getCommandLine().getErr();
        err.println(VisibleText.of(message(wrong)));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        printHelpHint(wrong.getCommandLine(), err);
        return ExitCodes.USAGE;
    }

    static void printHelpHint(CommandLine commandLine, PrintWriter err) {
        err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
    }

    private static String message(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (wrong instanceof MissingParameterException missing) {
            return wrong.getMessage().startsWith(NO_VALUE)
                    ? "Expected a value after " + names(missing.getMissing().stream()) + ", but found none."
                    : "Expected " + names(missing.getMissing().stream().filter(ArgSpec::required))
                            + ", but found none.";
        }
        if (wrong instanceof OverwrittenOptionException twice) {
            return "Expected " + name(twice.getOverwritten()) + " once, but found it again.";
        }
        String message = wrong.getMessage();
        if (wrong instanceof MutuallyExclusiveArgsException) {
            return EXCLUSIVE.matcher(message).replaceFirst("Expected only one of $1.");
        }
        if (wrong instanceof MaxValuesExceededException && wrong.getArgSpec() == null) {
            return GIVEN.matcher(message)
                    .results()
                    .map(given -> given.group(1))
                    .collect(Collectors.joining(" and ", "Expected only one of ", "."));
        }
        return wrong.getArgSpec() == null
                ? message
                : INVALID_VALUE.matcher(message).replaceFirst(name(wrong.getArgSpec()) + ": ");
    }

    private static String unmatched(UnmatchedArgumentException wrong) {
        String first = wrong.getUnmatched().get(0);
        boolean isAtRoot = wrong.getCommandLine().getParent() == null;
        if (wrong.isUnknownOption()) {
            return isAtRoot && isOption(first, wrong.getCommandLine())
                    ? "Expected a command before '" + first + "'."
                    : "Unknown option '" + first + "'.";
        }
        return isAtRoot
                ? "Unknown command '" + first + "'."
                : "Expected no further argument, but found '" + first + "'.";
    }

    private static String names(Stream<ArgSpec> arguments) {
        return arguments.map(UsageErrors::name).collect(Collectors.joining(", "));
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    /** Returns whether some command has the option. */
    private static boolean isOption(String argument, CommandLine root) {
        return root.getSubcommands().values().stream()
                .anyMatch(
                        command -> command.getCommandSpec().optionsMap().containsKey(argument.replaceFirst("=.*", "")));
    }
}
