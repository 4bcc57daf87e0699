package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.output.JsonText;
import dev.waystate.cli.output.RecordText;
import dev.waystate.cli.output.StatusNames;
import dev.waystate.cli.output.Table;
import dev.waystate.cli.output.Table.Column;
import dev.waystate.cli.output.Times;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.client.inject.GrpcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the latest report of each source, page by page. */
@Command(name = "sources", description = "Prints the latest report of each source: who is in which state now.")
final class SourcesCommand extends ClientCommand {

    private static final int PAGE_SIZE = 1_000;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "Only sources in this state, by name or number; may be repeated.")
    private List<Integer> statuses = List.of();

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    private final Table table = new Table(
            Column.text("SOURCE", 16),
            Column.text("STATUS", 7),
            Column.free("INFO", 20),
            Column.text("RECORDED", 24),
            Column.number("SEQUENCE", 0),
            Column.number("POSITION", 0));

    @Override
    public Integer call() {
        try (ClientContext context = connect()) {
            String token = "";
            do {
                ListSourcesResponse page = page(token);
                print(lines(page.getSourcesList()));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        }
        return ExitCodes.DONE;
    }

    private ListSourcesResponse page(String token) {
        return stateLog.withDeadlineAfter(timeout().toNanos(), TimeUnit.NANOSECONDS)
                .listSources(ListSourcesRequest.newBuilder()
                        .setPageSize(PAGE_SIZE)
                        .setPageToken(token)
                        .addAllStatusesValue(statuses)
                        .build());
    }

    private List<String> lines(List<Source> sources) {
        return connection().json()
                ? sources.stream().map(SourcesCommand::json).toList()
                : table.lines(sources.stream().map(SourcesCommand::row).toList());
    }

    private static List<String> row(Source source) {
        var latest = source.getLatest();
        return List.of(
                latest.getSource(),
                StatusNames.name(latest.getStatusValue()),
                latest.getInfo(),
                Times.toMillis(latest.getRecordedAt()),
                RecordText.sequence(latest),
                Long.toString(latest.getPosition()));
    }

    private static String json(Source source) {
        Map<String, Object> members = RecordText.members(source.getLatest());
        members.put("durable_sequence", source.getDurableSequence());
        return JsonText.of(members);
    }
}
