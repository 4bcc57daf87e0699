package dev.waystate.cli;

import com.google.protobuf.Timestamp;
import dev.waystate.cli.input.ReadingConverter;
import dev.waystate.cli.input.ReportFormat;
import dev.waystate.cli.output.Terminals;
import dev.waystate.process.Utf8;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Moment;
import dev.waystate.text.Durations;
import dev.waystate.text.Points;
import dev.waystate.text.Times;
import dev.waystate.text.VisibleText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The command line of the jar. Its exit codes are part of its interface: see {@link ExitCodes}. */
public final class Waystate {

    /** The command that serves. */
    public static final String SERVE = "serve";

    /**
     * Spring's switches and properties. The name of a property has a dot; names without one are those of a command's
     * options.
     */
    private static final Pattern PROPERTY = Pattern.compile("--(debug|trace|[^=.]+\\.[^=]+)(=.*)?", Pattern.DOTALL);

    private Waystate() {}

    /**
     * Returns whether the arguments are those of the server: {@code serve}, which may be left out, and Spring
     * properties.
     */
    public static boolean serves(String[] args) {
        boolean named = args.length > 0 && args[0].equals(SERVE);
        return Arrays.stream(args).skip(named ? 1 : 0).allMatch(Waystate::isProperty);
    }

    static boolean isProperty(String argument) {
        return PROPERTY.matcher(argument).matches();
    }

    /**
     * Returns the arguments of this process as they were written. If they cannot be read, the process ends with the
     * exit code of wrong usage.
     */
    public static String[] arguments(String[] args) {
        try {
            return Utf8.arguments(args);
        } catch (IllegalArgumentException unreadable) {
            utf8(FileDescriptor.err).println(VisibleText.of(unreadable.getMessage()));
            System.exit(ExitCodes.USAGE);
            throw unreadable;
        }
    }

    /** Runs a command on the process's own streams, all of it in UTF-8, and returns the exit code. */
    public static int run(String[] args) {
        silenceLogging();
        return run(List.of(args), utf8(FileDescriptor.out), utf8(FileDescriptor.err));
    }

    /**
     * Runs a command and returns the exit code.
     *
     * @param out where data goes
     * @param err where notes, progress and errors go
     */
    static int run(List<String> args, PrintWriter out, PrintWriter err) {
        CommandLine commandLine = new CommandLine(new RootCommand())
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setAllowOptionsAsOptionParameters(true)
                .setUsageHelpAutoWidth(true)
                .registerConverter(Path.class, Waystate::path)
                .registerConverter(Long.class, number(Long::valueOf))
                .registerConverter(Long.TYPE, number(Long::valueOf))
                .registerConverter(Integer.TYPE, number(Integer::valueOf))
                .registerConverter(Boolean.TYPE, Waystate::flag)
                .registerConverter(ReportFormat.class, Waystate::format)
                .registerConverter(Duration.class, new ReadingConverter<>(Durations::fromText))
                .registerConverter(Timestamp.class, new ReadingConverter<>(Times::fromTextOrAge))
                .registerConverter(Moment.class, new ReadingConverter<>(Times::moment))
                .registerConverter(Point.class, new ReadingConverter<>(Points::point))
                .setParameterExceptionHandler(new UsageErrors())
                .setExecutionExceptionHandler(new Failures());
        OptionValues check = new OptionValues();
        commandLine
                .getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().preprocessor(check));
        commandLine.getSubcommands().get(SERVE).setUnmatchedOptionsArePositionalParams(true);
        int exitCode = commandLine.execute(args.toArray(String[]::new));
        boolean lost = out.checkError() && !Terminals.isStdoutPipe(); // a help text may be lost, too
        err.flush();
        return exitCode == ExitCodes.DONE && lost ? ExitCodes.NO : exitCode;
    }

    private static <T extends Number> ITypeConverter<T> number(Function<String, T> reader) {
        return text -> {
            try {
                return reader.apply(text);
            } catch (NumberFormatException wrong) {
                throw expected("a whole number", text);
            }
        };
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw expected("the name of a file", text);
        }
        return Utf8.path(text);
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw expected("no value", text);
        }
        return Boolean.parseBoolean(text);
    }

    private static ReportFormat format(String text) {
        return Stream.of(ReportFormat.values())
                .filter(format -> format.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> expected("csv or json", text));
    }

    private static TypeConversionException expected(String what, String text) {
        return new TypeConversionException("Expected " + what + ", but found \"" + VisibleText.of(text) + "\".");
    }

    /**
     * Switches logging off, which would disturb the user's terminal and slow the start of the command. Exceptions tell
     * what goes wrong. In a JVM that has logged already, this has no effect.
     */
    private static void silenceLogging() {
        System.setProperty("org.apache.commons.logging.LogFactory", "org.apache.commons.logging.impl.Slf4jLogFactory");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        Logger.getLogger("").setLevel(Level.OFF);
    }

    private static PrintWriter utf8(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }
}
