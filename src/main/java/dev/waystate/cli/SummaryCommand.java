package dev.waystate.cli;

import com.google.protobuf.Timestamp;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.output.SummaryText;
import dev.waystate.cli.output.Terminals;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.text.Json;
import dev.waystate.text.Times;
import dev.waystate.text.UsageException;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints how much the log holds. */
@Command(
        name = "summary",
        description = {
            "Prints how much the log holds, and how many sources are in which state; with bars on a terminal.",
            "  summary --at 2026-02-03T04:05:06Z        the states of that time",
            "  summary --from 1d --to 1h --steps 24     those of several times"
        })
final class SummaryCommand extends ClientCommand {

    private static final class Steps {

        @Option(
                names = "--from",
                paramLabel = "TIME",
                required = true,
                description = "The first of several times: 2026-02-03T04:05:06Z, or how long ago, such as 1d.")
        private Timestamp from;

        @Option(names = "--to", paramLabel = "TIME", description = "The last of them, after --from; now when left out.")
        private Timestamp to = Times.fromTextOrAge("0s");

        @Option(
                names = "--steps",
                paramLabel = "N",
                description = "How many times there are, --from and --to among them, 2 to 1000; 11 when left out.")
        private int number = 11;

        Period toPeriod() {
            if (number < 2 || number > 1_000) {
                throw new UsageException("Expected a number from 2 to 1000 for --steps, but found " + number + ".");
            }
            if (!Times.toInstant(from).isBefore(Times.toInstant(to))) {
                throw new UsageException("Expected a --to after --from, but found " + Times.toNanos(to) + " and "
                        + Times.toNanos(from) + ".");
            }
            return Period.newBuilder()
                    .setStartTime(from)
                    .setEndTime(to)
                    .setSteps(number)
                    .build();
        }
    }

    @Option(names = "--at", paramLabel = "TIME|POSITION", description = MOMENT)
    private @Nullable Moment at;

    @ArgGroup(exclusive = false)
    private @Nullable Steps steps;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    @Override
    public Integer call() {
        GetSummaryRequest request = request();
        try (ClientContext context = connect()) {
            GetSummaryResponse summary = inTime(stateLog).getSummary(request);
            if (connection().json()) {
                print(Json.text(Json.summary(summary)));
            } else if (request.hasPeriod()) {
                print(SummaryText.snapshots(summary));
            } else {
                print(SummaryText.lines(summary, Terminals.isStdoutTerminal()));
            }
        }
        return ExitCodes.DONE;
    }

    private GetSummaryRequest request() {
        GetSummaryRequest.Builder request = GetSummaryRequest.newBuilder();
        if (at != null && steps != null) {
            throw new UsageException("Expected either --at or --from, but found both.");
        }
        if (at != null) {
            request.setAsOf(at);
        }
        if (steps != null) {
            request.setPeriod(steps.toPeriod());
        }
        return request.build();
    }
}
