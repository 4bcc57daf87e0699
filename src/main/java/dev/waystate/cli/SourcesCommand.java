package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.Screen;
import dev.waystate.cli.output.SourceText;
import dev.waystate.cli.output.Terminals;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.text.Durations;
import dev.waystate.text.Json;
import dev.waystate.text.UsageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the sources, page by page; or keeps a table of those that fit on a terminal up to date. */
@Command(
        name = "sources",
        description = {
            "Prints who is in which state, since when, where, and how far it has travelled.",
            "  sources cow-7                         how it is, and where",
            "  sources --near 0,0 --within 500       who is there, nearest first",
            "  sources --silent 10m                  who has not been heard of for so long",
            "  sources --at 2026-02-03T04:05:06Z     who was in which state then",
            "  sources --status STARVED --watch      who is starved now, and from now on",
            "LOCATION is the latest that the source reported, TRAVELLED the sum of the straight lines between its"
                    + " locations. --json adds the displacement, from the first location to the latest.",
            "With --watch the table is painted again when something in it has changed, at most once a second, until"
                    + " Ctrl-C. When it is cut off it reconnects by itself. A program hears what changes from 'read --follow'."
        })
final class SourcesCommand extends ResumingCommand {

    /** The lines of a screen that show no source: the titles, that there are more, and the cursor. */
    private static final int OTHER_LINES = 3;

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

    @Option(names = "--watch", description = "Keep the table on the terminal up to date: as many sources as fit.")
    private boolean watch;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub stateLog;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceStub news;

    @Override
    public Integer call() throws InterruptedException {
        checkWatch();
        ListSourcesRequest.Builder request = request();
        try (ClientContext context = connect()) {
            if (watch) {
                Retries retries = retries();
                retries.run(watch(request, retries), context::reconnect);
            } else {
                SourceText text = new SourceText(near != null, at != null);
                list(request, Long.MAX_VALUE, sources -> print(sources, this::toJson, text.table(), text::row));
            }
        }
        return ExitCodes.DONE;
    }

    private void checkWatch() {
        if (watch && (at != null || connection().json())) {
            throw new UsageException("Expected --watch without --at and --json: it keeps a table of the present.");
        }
        if (watch && !Terminals.isScreen()) {
            throw new UsageException("Expected a terminal for --watch; for a pipe or a file, use 'read --follow'.");
        }
        if (!watch && isGiven("--retry-for")) {
            throw new UsageException("Expected --retry-for together with --watch only.");
        }
    }

    private SourcesWatch watch(ListSourcesRequest.Builder request, Retries retries) {
        ReadRequest follow = ReadRequest.newBuilder()
                .setFromHead(FromHead.getDefaultInstance())
                .addAllSources(sources)
                .setFollow(true)
                .build();
        return new SourcesWatch(
                news,
                follow,
                silent != null,
                timeout(),
                retries,
                position -> screen(request.setMinPosition(position)),
                lines -> print(Screen.paint(lines)));
    }

    /** Returns the table of as many sources as there is room for. */
    private List<String> screen(ListSourcesRequest.Builder request) {
        int room = Math.max(1, Terminals.height() - OTHER_LINES);
        List<Source> found = new ArrayList<>();
        list(request.setPageSize(Math.min(room + 1, Pages.MAX_SIZE)), room + 1, found::addAll);
        SourceText text = new SourceText(near != null, false);
        List<String> lines = new ArrayList<>(
                text.table().lines(found.stream().limit(room).map(text::row).toList()));
        if (found.size() > room) {
            lines.add("There are more sources than fit here: choose some by name, --status, --near or --silent.");
        }
        return lines;
    }

    private void list(ListSourcesRequest.Builder request, long most, Consumer<List<Source>> sink) {
        Pages.take(
                most,
                token ->
                        inTime(stateLog).listSources(request.setPageToken(token).build()),
                ListSourcesResponse::getSourcesList,
                ListSourcesResponse::getNextPageToken,
                sink);
    }

    private Map<String, Object> toJson(Source source) {
        return Json.source(source, near != null);
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
