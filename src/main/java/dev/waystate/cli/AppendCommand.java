package dev.waystate.cli;

import dev.waystate.cli.append.Appender;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.connection.StatusDetails;
import dev.waystate.cli.input.Feed;
import dev.waystate.cli.input.IncompleteInputException;
import dev.waystate.cli.input.ReportFormat;
import dev.waystate.cli.input.ReportReader;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.Progress;
import dev.waystate.process.ShutdownHook;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.text.InputException;
import dev.waystate.text.Json;
import dev.waystate.text.UsageException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Appends the reports of a file, each exactly once, whatever happens to the server or to this command meanwhile. */
@Command(
        name = "append",
        description = {
            "Stores the state reports of a source exactly once.",
            "  append --source NAME FILE               - is stdin",
            "  append --source NAME --continue FILE    a further file, or a sensor's pipe",
            "The first report of the file gets the sequence 1 of the source, the next one 2, and so on. Reports that are"
                    + " stored already are skipped. After any failure run the same command again: it goes on where it was cut"
                    + " and stores nothing twice. Do the same when the file has grown.",
            "A file with fewer reports than are stored must be another file. It is refused before anything is sent, unless"
                    + " --continue or --first-sequence says where it begins. The length of a pipe is not known: a note at the"
                    + " beginning says how many reports will be skipped, and it is an error if fewer come.",
            "A file is CSV in UTF-8, status,info,reported_at,x,y, of which only the status may not be missing, with these"
                    + " names in its first line or not; or JSON lines, {\"status\":\"THIRSTY\",\"info\":\"...\","
                    + "\"reported_at\":\"2026-02-03T04:05:06.123Z\",\"location\":{\"x\":3,\"y\":4}}. Each report is sent as soon"
                    + " as its line has ended.",
            "Prints how many reports were stored, how many were there already, and up to which sequence everything is"
                    + " durable."
        })
final class AppendCommand extends ResumingCommand {

    @Parameters(paramLabel = "FILE", description = "The reports; - is stdin.")
    private String file;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            converter = TextConverter.class,
            required = true,
            description = "Who reports, in 1 to 256 bytes of UTF-8; only one command at a time can append as a source.")
    private String source;

    @Option(
            names = "--first-sequence",
            paramLabel = "N",
            description = "The sequence of the file's first report, for a file that does not begin with the source's"
                    + " first one.")
    private @Nullable Long firstSequence;

    @Option(
            names = "--continue",
            description =
                    "The file's first report follows the last one that is stored. A note says its sequence: after a"
                            + " failure, go on with this --first-sequence and not with --continue.")
    private boolean continues;

    @Option(
            names = "--complete",
            description =
                    "The file's last row is whole, though it has no line end. Without this option such a row is not"
                            + " stored, since it may be half written, and the exit code is 4; unless it is a whole JSON"
                            + " object. The last row of a pipe is always whole, that of a file on stdin is not.")
    private boolean complete;

    @Option(
            names = "--format",
            paramLabel = "csv|json",
            description = "The format of the file, which its name or its beginning tells if left out.")
    private @Nullable ReportFormat format;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceStub stateLog;

    @Override
    public Integer call() throws Exception {
        checkStart();
        try (Feed<Report> feed = Feed.start(ReportReader.open(file, format, complete));
                ClientContext context = connect()) {
            return finish(append(feed, context), feed);
        }
    }

    private void checkStart() {
        if (firstSequence != null && continues) {
            throw new UsageException("Expected either --first-sequence or --continue, but found both.");
        }
        if (firstSequence != null && firstSequence < 1) {
            throw new UsageException("Expected a --first-sequence from 1 on, but found " + firstSequence + ".");
        }
    }

    private Appender append(Feed<Report> feed, ClientContext context) throws InterruptedException {
        try (Progress progress = Progress.of("Durable")) {
            Retries retries = retries();
            Appender appender =
                    new Appender(stateLog, streamTimeouts(), source, feed, this::firstSequence, retries, progress);
            try (ShutdownHook lastWords = new ShutdownHook(() -> noteHowFar(appender, null))) {
                retries.run(appender, context::reconnect);
            } catch (StatusRuntimeException failure) {
                noteHowFar(appender, failure);
                throw failure;
            }
            return appender;
        }
    }

    /** Decides where the input begins, and says so while there is time to stop. */
    private long firstSequence(long durable) {
        if (continues) {
            firstSequence = durable + 1;
            note("The first report gets the sequence " + firstSequence + ".");
        } else if (firstSequence == null && durable > 0) {
            note("Stored already up to sequence " + durable
                    + ": as many reports at the beginning of the input are skipped. Input that has new reports alone wants"
                    + " --continue.");
        }
        return firstSequence == null ? 1 : firstSequence;
    }

    /** @param failure what has ended it; null for a signal */
    private void noteHowFar(Appender appender, @Nullable StatusRuntimeException failure) {
        if (!appender.knowsDurable()) {
            note("Nothing was sent.");
            return;
        }
        if (appender.logHasChanged()) {
            return; // the failure says how far the old log was, and nothing goes on from there
        }
        String howFar = "Everything up to sequence " + appender.durable() + " is durable";
        if (failure != null && failure.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
            note(howFar + ". The refused request begins with sequence " + (appender.durable() + 1)
                    + ": that is reports[0]. Correct the report, and " + goOn() + ".");
        } else if (failure != null && StatusDetails.hasReason(failure, "SEQUENCE_GAP")) {
            note(howFar + "."); // the failure says what to do, and the same command would fail again
        } else {
            note(howFar + ": " + goOn() + ".");
        }
    }

    private String goOn() {
        return continues
                ? "the same command with --first-sequence " + firstSequence
                        + " in place of --continue goes on from there, if the input is the same"
                : "the same command goes on from there";
    }

    private int finish(Appender appender, Feed<Report> feed) {
        try {
            feed.checkEnd();
        } catch (IncompleteInputException half) {
            note(half.getMessage());
            checkIsNotShorter(appender, appender.given() + 1);
            note("It is left out. If the file is complete, say so with --complete; else, once the row is whole, "
                    + goOn() + ".");
            return printLast(text(appender), ExitCodes.INCOMPLETE);
        } catch (InputException bad) {
            note(bad.getMessage());
            checkIsNotShorter(appender, appender.given());
            throw new InputException("Everything up to sequence " + appender.durable()
                    + " is durable: correct the line, and " + goOn() + ".");
        }
        checkIsNotShorter(appender, appender.given());
        return printLast(text(appender), ExitCodes.DONE);
    }

    /**
     * Refuses a file with fewer rows than are stored.
     *
     * @param rows how many rows there are, counting one that may be half a row
     */
    private void checkIsNotShorter(Appender appender, long rows) {
        if (firstSequence == null && rows < appender.durable()) {
            throw new InputException("Expected at least the " + appender.durable() + " reports of the source that are"
                    + " stored already, but found " + appender.given() + ": nothing was stored. For a further file, use"
                    + " --continue; for a part of what is stored, say with --first-sequence where it begins.");
        }
    }

    private String text(Appender appender) {
        long stored = appender.given() - appender.alreadyThere();
        if (!connection().json()) {
            return "stored " + stored + ", already there " + appender.alreadyThere() + ", durable sequence "
                    + appender.durable();
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", source);
        object.put("durable_sequence", appender.durable());
        object.put("stored", stored);
        object.put("already_there", appender.alreadyThere());
        return Json.text(object);
    }
}
