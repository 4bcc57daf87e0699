package dev.waystate.cli;

import dev.waystate.cli.output.OutputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that prints. Data goes to stdout, notes go to stderr. */
abstract class OutputCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /**
     * Prints one line of data.
     *
     * @throws OutputException if stdout takes no more
     */
    void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        if (out.checkError()) {
            throw new OutputException();
        }
    }

    /** Prints the last line, and returns the exit code. That of a failure stays, also if nobody reads the line. */
    int printLast(String line, int exitCode) {
        try {
            print(line);
        } catch (OutputException unread) {
            if (exitCode == ExitCodes.DONE) {
                throw unread;
            }
        }
        return exitCode;
    }

    /** Prints lines of data in one go. */
    void print(List<String> lines) {
        if (!lines.isEmpty()) {
            print(String.join(System.lineSeparator(), lines));
        }
    }

    /** Returns whether an option is given on the command line itself. */
    boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /** Prints a note for people. */
    void note(String line) {
        spec.commandLine().getErr().println(line);
    }
}
