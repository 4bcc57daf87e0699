package dev.waystate.cli;

import dev.waystate.cli.output.ManPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the manual page. */
@Command(
        name = "generate-man-page",
        description = {
            "Prints the manual page of all commands, as man reads it.",
            "  generate-man-page | man -l -",
            "  generate-man-page > /usr/local/share/man/man1/waystate.1"
        })
final class ManPageCommand extends OutputCommand {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        print(ManPage.of(spec.root(), ClientCommand.CONNECTION));
        return ExitCodes.DONE;
    }
}
