package dev.waystate.cli;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command. It lists all others. */
@Command(
        name = "waystate",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        description =
                "Displacements between points, and a durable log of state reports: who is in which state, since when, and"
                        + " where.",
        footer = {
            "",
            "Data goes to stdout, notes and progress to stderr.",
            "Exit codes: 0 done, 1 not serving or output not written, 2 wrong usage or input, 4 the last row of the file to"
                    + " append may be half a row, 64 + the gRPC status code when the call, or the import, failed (78: nothing answers)."
        },
        subcommands = {
            ServeCommand.class,
            DisplaceCommand.class,
            ReportCommand.class,
            AppendCommand.class,
            ReadCommand.class,
            SourcesCommand.class,
            HistoryCommand.class,
            SummaryCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            ImportCommand.class,
            HealthCommand.class,
            GenerateCompletion.class,
            ManPageCommand.class
        })
final class RootCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Refuses a command line without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Expected a command");
    }
}
