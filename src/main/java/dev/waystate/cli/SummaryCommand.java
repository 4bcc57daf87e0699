package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.output.SummaryText;
import dev.waystate.cli.output.Terminals;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.client.inject.GrpcClient;
import picocli.CommandLine.Command;

/** Prints how much the log holds. */
@Command(
        name = "summary",
        description =
                "Prints how much the log holds, and how many sources are in which state; with bars on a terminal.")
final class SummaryCommand extends ClientCommand {

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    @Override
    public Integer call() {
        try (ClientContext context = connect()) {
            GetSummaryResponse summary = stateLog.withDeadlineAfter(timeout().toNanos(), TimeUnit.NANOSECONDS)
                    .getSummary(GetSummaryRequest.getDefaultInstance());
            if (connection().json()) {
                print(SummaryText.json(summary));
            } else {
                print(SummaryText.lines(summary, Terminals.isStdout()));
            }
        }
        return ExitCodes.DONE;
    }
}
