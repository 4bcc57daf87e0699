package dev.waystate.cli;

import com.google.common.base.Throwables;
import dev.waystate.cli.connection.StatusDetails;
import dev.waystate.cli.output.OutputException;
import dev.waystate.cli.output.Terminals;
import dev.waystate.text.InputException;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in a sentence why a command has failed, and what to do; the stack trace only shows with {@code --verbose}. */
final class Failures implements IExecutionExceptionHandler {

    @Override
    public int handleExecutionException(Exception thrown, CommandLine commandLine, ParseResult parsed) {
        Throwable failure = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
        PrintWriter err = commandLine.getErr();
        int exitCode = tell(failure, commandLine, err);
        if (commandLine.getCommand() instanceof ClientCommand command
                && command.connection().verbose()) {
            failure.printStackTrace(err);
        }
        return exitCode;
    }

    private static int tell(Throwable failure, CommandLine commandLine, PrintWriter err) {
        if (commandLine.getCommand() instanceof ClientCommand client
                && (failure instanceof StatusRuntimeException || failure instanceof StatusException)) {
            Status status = Status.fromThrowable(failure);
            err.println(client.explain(status));
            StatusDetails.of(failure).forEach(detail -> err.println("  " + detail));
            return ExitCodes.of(status);
        }
        if (failure instanceof OutputException output) {
            if (Terminals.isStdoutPipe()) {
                return ExitCodes.DONE; // its reader has what it wanted, as head does
            }
            err.println(output.getMessage());
            return ExitCodes.NO;
        }
        err.println(explain(failure));
        if (failure instanceof UsageException) {
            UsageErrors.printHelpHint(commandLine, err);
        }
        return ExitCodes.USAGE;
    }

    private static String explain(Throwable failure) {
        if (failure instanceof InputException) {
            return failure.getMessage();
        }
        if (failure instanceof InvalidPathException name) {
            return "Expected the name of a file that the locale has the characters for, but found \""
                    + VisibleText.of(name.getInput()) + "\": set LC_ALL=C.UTF-8.";
        }
        if (failure instanceof IOException) {
            return "Cannot read the input: " + VisibleText.of(String.valueOf(failure.getMessage()));
        }
        Throwable root = Throwables.getRootCause(failure);
        return "Cannot set up the client: " + VisibleText.of(String.valueOf(root.getMessage()))
                + " (--verbose shows more).";
    }
}
