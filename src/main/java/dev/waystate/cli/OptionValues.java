package dev.waystate.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Decides whether the argument after an option is its value: {@code --info=--json} gives a value, {@code --info --json}
 * lacks one, and {@code --http --json} are two options.
 */
final class OptionValues implements IParameterPreprocessor {

    @Override
    public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec none, Map<String, Object> info) {
        for (int i = args.size() - 1; i > 0 && !args.get(i).equals("--"); i--) { // the next one is on top
            OptionSpec option = command.optionsMap().get(args.get(i));
            if (option == null || option.arity().max() == 0) {
                continue;
            }
            String next = args.get(i - 1);
            if (!command.optionsMap().containsKey(next.replaceFirst("=.*", ""))) {
                i--;
            } else if (option.arity().min() == 0) {
                args.set(i, args.get(i) + "=");
            } else {
                throw new ParameterException(
                        command.commandLine(),
                        "Expected a value after " + args.get(i) + ", but found the option " + next
                                + ": if that is the value, write " + args.get(i) + "=" + next);
            }
        }
        return false;
    }
}
