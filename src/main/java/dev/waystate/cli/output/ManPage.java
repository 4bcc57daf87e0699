package dev.waystate.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** One manual page of all commands, of what their helps say, as {@code man} formats it. */
public final class ManPage {

    private final List<String> lines = new ArrayList<>();

    private ManPage() {}

    /**
     * Returns the lines of the page.
     *
     * @param root the command that has all others
     * @param shared the name of a mixin of many commands, whose options have a section of their own
     */
    public static List<String> of(CommandSpec root, String shared) {
        ManPage page = new ManPage();
        page.all(root, shared);
        return page.lines;
    }

    private void all(CommandSpec root, String shared) {
        String name = root.name();
        List<CommandSpec> commands = root.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .toList();
        lines.add(".TH " + name.toUpperCase(Locale.ROOT) + " 1 \"\" \""
                + escaped(root.version()[0].replaceFirst(" \\(.*", "")) + '"');
        lines.add(".nh");
        lines.add(".ad l");
        section("NAME");
        text(name + " - " + root.usageMessage().description()[0]);
        section("SYNOPSIS");
        text(name + " COMMAND [OPTIONS] [ARGUMENTS]");
        section("COMMANDS");
        commands.forEach(command -> command(command, options(command, shared)));
        section("OPTIONS OF ALL COMMANDS THAT CALL A SERVER");
        commands.stream()
                .map(command -> options(command, shared))
                .filter(options -> !options.isEmpty())
                .findFirst()
                .orElseThrow()
                .forEach(this::argument);
        section("OUTPUT AND EXIT STATUS");
        paragraphs(root.usageMessage().footer());
    }

    private void command(CommandSpec command, List<OptionSpec> shared) {
        lines.add(".SS "
                + escaped(new Help(command, Ansi.OFF).abbreviatedSynopsis().strip()));
        paragraphs(command.usageMessage().description());
        command.positionalParameters().forEach(this::argument);
        command.options().stream()
                .filter(option -> !shared.contains(option) && !option.usageHelp() && !option.versionHelp())
                .forEach(this::argument);
    }

    private static List<OptionSpec> options(CommandSpec command, String mixin) {
        return command.mixins().containsKey(mixin) ? command.mixins().get(mixin).options() : List.of();
    }

    private void argument(ArgSpec argument) {
        lines.add(".TP");
        lines.add(argument instanceof OptionSpec option ? label(option) : italic(argument.paramLabel()));
        Arrays.stream(argument.description()).forEach(this::text);
    }

    private static String label(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .map(name -> "\\fB" + escaped(name) + "\\fR")
                .collect(Collectors.joining(", "));
        if (option.arity().max() == 0) {
            return names;
        }
        String value = "=" + italic(option.paramLabel());
        return names + (option.arity().min() == 0 ? "[" + value + "]" : value);
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    private void section(String title) {
        lines.add(".SH " + title);
    }

    /** Writes paragraphs, of which those that are indented are examples and stay as they are. */
    private void paragraphs(String[] paragraphs) {
        for (String paragraph : paragraphs) {
            boolean example = paragraph.startsWith(" ");
            lines.add(example ? ".nf" : ".PP");
            text(paragraph);
            if (example) {
                lines.add(".fi");
            }
        }
    }

    private void text(String text) {
        if (!text.isBlank()) {
            lines.add((text.startsWith(".") || text.startsWith("'") ? "\\&" : "") + escaped(text.stripTrailing()));
        }
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }
}
