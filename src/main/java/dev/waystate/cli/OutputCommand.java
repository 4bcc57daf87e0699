package dev.waystate.cli;

import dev.waystate.cli.output.OutputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands have in common that print something: data goes to stdout, notes go to stderr. */
abstract class OutputCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /**
     * Prints one line of data.
     *
     * @throws OutputException if nobody can read it: there is no sense in going on
     */
    void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        if (out.checkError()) {
            throw new OutputException();
        }
    }

    /** Prints lines of data in one go. */
    void print(List<String> lines) {
        if (!lines.isEmpty()) {
            print(String.join(System.lineSeparator(), lines));
        }
    }

    /** Tells whether an option stands on the command line itself. */
    boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /** Prints a note for people. */
    void note(String line) {
        spec.commandLine().getErr().println(line);
    }
}
