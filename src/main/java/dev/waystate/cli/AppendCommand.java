package dev.waystate.cli;

import dev.waystate.cli.append.Appender;
import dev.waystate.cli.append.ReportFeed;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.input.ReportFields;
import dev.waystate.cli.input.ReportFormat;
import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.JsonText;
import dev.waystate.cli.output.Progress;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
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
            "  append --source NAME FILE      - is stdin",
            "The n-th report of the file gets the sequence n of the source. What is stored already is skipped: after"
                    + " any failure, run the same command again, and it goes on where it was cut, without doubling"
                    + " anything.",
            "A file is CSV, status,info, or with a header in its first line also status,info,reported_at; or JSON"
                    + " lines, {\"status\":\"THIRSTY\",\"info\":\"...\",\"reported_at\":\"2026-02-03T04:05:06.123Z\"}.",
            "Prints the sequence up to which everything is durable."
        })
final class AppendCommand extends ResumingCommand {

    @Parameters(paramLabel = "FILE", description = "The reports; - is stdin.")
    private String file;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            required = true,
            description = "Who reports, in 1 to 256 bytes of UTF-8; only one command at a time can append as a source.")
    private String source;

    @Option(
            names = "--first-sequence",
            paramLabel = "N",
            defaultValue = "1",
            description = "The sequence of the file's first report, for a file that does not begin with the source's"
                    + " first one; ${DEFAULT-VALUE} when not given.")
    private long firstSequence;

    @Option(
            names = "--format",
            paramLabel = "csv|json",
            description = "The format of the file, which its name or its beginning tells if left out.")
    private @Nullable ReportFormat format;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceStub stateLog;

    @Override
    public Integer call() throws Exception {
        if (firstSequence < 1) {
            throw new InputException("Expected a --first-sequence from 1 on, but found " + firstSequence + ".");
        }
        try (ReportFeed feed = ReportFeed.start(ReportFormat.open(file, format, ReportFields::toReport));
                ClientContext context = connect()) {
            long durable = append(feed, context);
            checkEnd(feed, durable);
            print(text(durable));
        }
        return ExitCodes.DONE;
    }

    private long append(ReportFeed feed, ClientContext context) throws InterruptedException {
        try (Progress progress = Progress.of("Durable")) {
            Retries retries = retries();
            Appender appender =
                    new Appender(stateLog, streamTimeouts(), source, feed, firstSequence, retries, progress);
            try (LastWords words = new LastWords(() -> noteHowFar(appender, Status.CANCELLED))) {
                retries.run(appender, context::reconnect);
            } catch (StatusRuntimeException failure) {
                noteHowFar(appender, failure.getStatus());
                throw failure;
            }
            return appender.durable();
        }
    }

    private void noteHowFar(Appender appender, Status status) {
        if (!appender.knowsDurable()) {
            note("Nothing was sent.");
            return;
        }
        long durable = appender.durable();
        note("Everything up to sequence " + durable + " is durable: the same command goes on from there.");
        if (status.getCode() == Status.Code.INVALID_ARGUMENT) {
            note("The refused request begins with sequence " + (durable + 1) + ": that is reports[0].");
        }
    }

    private void checkEnd(ReportFeed feed, long durable) {
        try {
            feed.checkEnd();
        } catch (InputException bad) {
            note(bad.getMessage());
            throw new InputException("Everything up to sequence " + durable
                    + " is durable: correct the line, and the same command goes on from there.");
        }
    }

    private String text(long durable) {
        if (!connection().json()) {
            return "durable sequence " + durable;
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", source);
        object.put("durable_sequence", durable);
        return JsonText.of(object);
    }
}
