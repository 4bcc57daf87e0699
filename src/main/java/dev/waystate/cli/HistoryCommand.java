package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.RecordText;
import dev.waystate.cli.output.Table;
import dev.waystate.cli.output.TransitionText;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.text.Json;
import dev.waystate.text.UsageException;
import java.time.Instant;
import java.util.List;
import net.devh.boot.grpc.client.inject.GrpcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the records or the states of one source, newest first, page by page. */
@Command(
        name = "history",
        description = {
            "Prints the records of a source, newest first.",
            "  history cow-7 --last 100",
            "  history cow-7 --states      its states: a line for each run of one status"
        })
final class HistoryCommand extends ClientCommand {

    @Parameters(paramLabel = "SOURCE", converter = TextConverter.class, description = "The name of the source.")
    private String source;

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many lines at most, from 1: the newest; ${DEFAULT-VALUE} when not given.")
    private long last;

    @Option(names = "--states", description = "The states of the source in place of its records.")
    private boolean states;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "Only records with this status, by name or number; may be repeated.")
    private List<Integer> statuses = List.of();

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    @Override
    public Integer call() {
        if (last < 1) {
            throw new UsageException("Expected a number from 1 on for --last, but found " + last + ".");
        }
        if (states && !statuses.isEmpty()) {
            throw new UsageException("Expected either --states or --status, but found both.");
        }
        try (ClientContext context = connect()) {
            if (states) {
                printStates();
            } else {
                printRecords();
            }
        }
        return ExitCodes.DONE;
    }

    private void printRecords() {
        ListRecordsRequest.Builder request = ListRecordsRequest.newBuilder()
                .setSource(source)
                .setPageSize(pageSize())
                .addAllStatusesValue(statuses);
        Table table = RecordText.table();
        Pages.take(
                last,
                token ->
                        inTime(stateLog).listRecords(request.setPageToken(token).build()),
                ListRecordsResponse::getRecordsList,
                ListRecordsResponse::getNextPageToken,
                records -> print(records, Json::record, table, RecordText::row));
    }

    private void printStates() {
        ListTransitionsRequest.Builder request =
                ListTransitionsRequest.newBuilder().setSource(source).setPageSize(pageSize());
        Table table = TransitionText.table();
        Instant now = Instant.now();
        Pages.take(
                last,
                token -> inTime(stateLog)
                        .listTransitions(request.setPageToken(token).build()),
                ListTransitionsResponse::getTransitionsList,
                ListTransitionsResponse::getNextPageToken,
                states -> print(states, Json::transition, table, state -> TransitionText.row(state, now)));
    }

    private int pageSize() {
        return (int) Math.min(last, Pages.MAX_SIZE);
    }
}
