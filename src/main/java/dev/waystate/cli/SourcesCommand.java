package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.SourceText;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.text.Durations;
import dev.waystate.text.Json;
import dev.waystate.text.UsageException;
import java.time.Duration;
import java.util.List;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the sources, page by page. */
@Command(
        name = "sources",
        description = {
            "Prints who is in which state, since when, where, and how far it has travelled.",
            "  sources cow-7                         how it is, and where",
            "  sources --near 0,0 --within 500       who is there, nearest first",
            "  sources --silent 10m                  who has not been heard of for so long",
            "  sources --at 2026-02-03T04:05:06Z     who was in which state then",
            "LOCATION is the latest that the source reported, TRAVELLED the sum of the straight lines between its"
                    + " locations. --json adds the displacement, from the first location to the latest."
        })
final class SourcesCommand extends ClientCommand {

    @Parameters(
            paramLabel = "SOURCE",
            arity = "0..*",
            converter = TextConverter.class,
            description = "The names of the sources; all sources when none is given.")
    private List<String> sources = List.of();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "Only sources in this state, by name or number; may be repeated.")
    private List<Integer> statuses = List.of();

    @ArgGroup(exclusive = false)
    private @Nullable NearOptions near;

    @Option(
            names = "--silent",
            paramLabel = "DURATION",
            description = "Only sources that have reported nothing for so long: 90s, 10m, 1d.")
    private @Nullable Duration silent;

    @Option(names = "--at", paramLabel = "TIME|POSITION", description = MOMENT)
    private @Nullable Moment at;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    @Override
    public Integer call() {
        ListSourcesRequest.Builder request = request();
        SourceText text = new SourceText(near != null, at != null);
        try (ClientContext context = connect()) {
            Pages.take(
                    Long.MAX_VALUE,
                    token -> inTime(stateLog)
                            .listSources(request.setPageToken(token).build()),
                    ListSourcesResponse::getSourcesList,
                    ListSourcesResponse::getNextPageToken,
                    sources -> print(sources, source -> Json.source(source, near != null), text.table(), text::row));
        }
        return ExitCodes.DONE;
    }

    private ListSourcesRequest.Builder request() {
        if (at != null && (near != null || silent != null)) {
            throw new UsageException(
                    "Expected --at without --near and --silent: of an earlier moment, only the states are known.");
        }
        ListSourcesRequest.Builder request = ListSourcesRequest.newBuilder()
                .setPageSize(Pages.MAX_SIZE)
                .addAllSources(sources)
                .addAllStatusesValue(statuses);
        if (near != null) {
            request.setNear(near.near());
        }
        if (silent != null) {
            request.setSilentFor(Durations.message(silent));
        }
        return at == null ? request : request.setAsOf(at);
    }
}
