package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.input.Feed;
import dev.waystate.cli.input.ReportFormat;
import dev.waystate.cli.input.ReportReader;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.Progress;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingStub;
import dev.waystate.proto.v1.Report;
import dev.waystate.text.InputException;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends reports over one {@code stream_state} call, and says how many are stored once the server has said so. The call
 * is not idempotent: what was sent before a failure may be stored.
 */
@Command(
        name = "report",
        description = {
            "Stores state reports.",
            "  report --status THIRSTY --info 'Requires watering.'    one report",
            "  report --status OK --at 3,4                            one with a location",
            "  report FILE                                            those of a file",
            "A file is CSV in UTF-8, status,info, with these names in its first line or not; or JSON lines,"
                    + " {\"status\":\"THIRSTY\",\"info\":\"...\"}. Each report is sent as soon as its line has ended. At a line that"
                    + " is no report the command names the line and sends nothing more. Times and locations of a file's"
                    + " rows need append.",
            "While the file goes on, the server is asked for a sign of life every 310 s, and has --timeout to answer;"
                    + " gRPC servers may refuse to be asked more often than every five minutes. append asks every 10 s."
        })
final class ReportCommand extends ClientCommand {

    private static final String SEND_AGAIN =
            " See 'history' before you send any again; 'append' does so by itself, and stores none twice.";

    /**
     * A little longer than the five minutes that may lie between two probes by the defaults of gRPC. Any server of
     * {@code stream_state} may be called, and such a server closes a connection that probes more often.
     */
    private static final Duration PROBE_AFTER = Duration.ofSeconds(310);

    private static final Metadata.Key<String> SOURCE =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> LOCATION =
            Metadata.Key.of("waystate-location", Metadata.ASCII_STRING_MARSHALLER);

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The reports; - is stdin.")
    private @Nullable String file;

    @Option(
            names = "--format",
            paramLabel = "csv|json",
            description = "The format of the file, which its name or its beginning tells if left out.")
    private @Nullable ReportFormat format;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "UNKNOWN, OK, THIRSTY, STARVED, TIRED, or a number that this version does not know.")
    private @Nullable Integer status;

    @Option(
            names = "--info",
            paramLabel = "TEXT",
            converter = TextConverter.class,
            description = "Free text for people, for --status.")
    private @Nullable String info;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            converter = TextConverter.class,
            description = "Who reports; the server takes this machine's address if left out.")
    private @Nullable String source;

    @Option(
            names = "--at",
            paramLabel = "X,Y",
            description =
                    "Where the source is, whole numbers in the fleet's own unit; of all reports, if there is a FILE.")
    private @Nullable Point location;

    @GrpcClient(ClientContext.CLIENT)
    private RequestStreamingStub reporting;

    @Override
    ClientContext connect() {
        connection().probe(PROBE_AFTER, timeout());
        return super.connect();
    }

    @Override
    public Integer call() throws Exception {
        try (Feed<Report> feed = Feed.start(reports())) {
            feed.awaitFirst(); // a wrong first row fails before anything connects
            try (ClientContext context = connect()) {
                send(feed);
            }
        }
        return ExitCodes.DONE;
    }

    private void send(Feed<Report> feed) throws InterruptedException {
        ReportSender sender = new ReportSender(streamTimeouts().stall());
        try {
            feed.onNews(sender::wake);
            send(feed, sender);
        } catch (StatusRuntimeException failure) {
            noteUnknown(sender.sent(), failure.getStatus().getCode());
            throw failure;
        }
    }

    private void send(Feed<Report> feed, ReportSender sender) throws InterruptedException {
        stub().streamState(sender);
        sender.awaitConnection(timeout());
        InputException badRow = null;
        try (Progress progress = Progress.of("Reports")) {
            Report report;
            while ((report = sender.next(feed)) != null) {
                if (report.hasReportedAt() || report.hasLocation()) {
                    throw new InputException(
                            "Report " + (sender.sent() + 1) + " of the file has a time or a location of its"
                                    + " own, which 'report' cannot store: use 'append'.");
                }
                sender.send(StatusNames.report(report.getStatusValue(), report.getInfo()));
                progress.step();
            }
            feed.checkEnd();
        } catch (InputException bad) {
            badRow = bad;
        }
        sender.finish(); // also after a bad row, to learn what is stored
        if (badRow != null && sender.sent() > 0) {
            note(badRow.getMessage());
            throw new InputException(stored(sender.sent()) + " from before that line: send the rest from it on.");
        }
        if (badRow != null) {
            throw badRow;
        }
        tell(sender.sent());
    }

    /** Says what a failed call may have stored. Only a lone report that was refused was certainly not stored. */
    private void noteUnknown(long sent, Status.Code failure) {
        boolean refused = switch (failure) {
            case INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED -> true;
            default -> false;
        };
        if (sent > 1) {
            note(sent + " reports were sent: none, the first ones or all may be stored." + SEND_AGAIN);
        } else if (sent == 1 && !refused) {
            note("1 report was sent: it may be stored or not." + SEND_AGAIN);
        }
    }

    private void tell(long reports) {
        if (connection().json()) {
            print("{\"reports\":" + reports + "}");
        } else {
            note(stored(reports));
        }
    }

    private static String stored(long reports) {
        return reports == 1 ? "1 report stored" : reports + " reports stored";
    }

    private Stream<Report> reports() {
        if ((file == null) == (status == null)) {
            throw new UsageException("Expected either --status or a FILE"
                    + (file == null ? ", but found neither." : ", but found both."));
        }
        if (file == null) {
            return Stream.of(Report.newBuilder()
                    .setStatusValue(status)
                    .setInfo(info == null ? "" : info)
                    .build());
        }
        if (info != null) {
            throw new UsageException("Expected --info together with --status only, but found it with a FILE.");
        }
        return ReportReader.open(file, format, true);
    }

    private RequestStreamingStub stub() {
        Metadata metadata = new Metadata();
        if (source != null) {
            metadata.put(SOURCE, visible(source));
        }
        if (location != null) {
            metadata.put(LOCATION, Points.text(location));
        }
        return reporting.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static String visible(String source) {
        if (source.isBlank() || source.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new UsageException("Expected a --source of visible ASCII characters, but found \""
                    + VisibleText.of(source) + "\": gRPC sends no others here. Use append, which takes any name.");
        }
        return source;
    }
}
