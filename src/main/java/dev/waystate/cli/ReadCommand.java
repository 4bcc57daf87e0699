package dev.waystate.cli;

import com.google.protobuf.Timestamp;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.input.TextConverter;
import dev.waystate.cli.output.OutputException;
import dev.waystate.cli.output.RecordText;
import dev.waystate.cli.output.Table;
import dev.waystate.cli.output.Terminals;
import dev.waystate.process.ShutdownHook;
import dev.waystate.proto.v1.FromHead;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.text.Json;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.function.Supplier;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the records of the log, no faster than the output takes them. */
@Command(
        name = "read",
        description = {
            "Prints the records of the log, from the earliest on that is kept.",
            "  read --since 10m --status STARVED           those of the last ten minutes",
            "  read --follow --near 0,0 --within 500       what happens around a point",
            "  read --follow --from-now                    only what comes",
            "With --follow it goes on with what comes, until Ctrl-C. When it is cut off it reconnects by itself; no"
                    + " record is printed twice or left out. When it is ended it says how far it came. It ends when the log"
                    + " has been replaced by another one, as by a back-up: the history of that is a different one."
        })
final class ReadCommand extends ResumingCommand {

    private static final class Start {

        @Option(names = "--after", paramLabel = "N", description = "Begin after this position, from 0.")
        private @Nullable Long after;

        @Option(
                names = "--since",
                paramLabel = "DURATION|TIME",
                description =
                        "Begin with what was recorded at this time, such as 2026-02-03T04:05:06Z, or so long ago by this"
                                + " machine's clock, such as 10m or 1d.")
        private @Nullable Timestamp since;

        @Option(
                names = "--last",
                paramLabel = "N",
                description =
                        "Begin with the N newest records of the log; --source, --status and --near choose among these."
                                + " For the newest of one source, use history.")
        private @Nullable Long last;

        @Option(names = "--from-now", description = "Only what comes, with --follow.")
        private boolean fromNow;
    }

    @ArgGroup
    private Start start = new Start();

    @Option(
            names = "--log-id",
            paramLabel = "ID",
            description = "The id of the log that --after is a position of, so that another log is refused.")
    private @Nullable String logId;

    @Option(names = "--follow", description = "Go on with what comes.")
    private boolean follow;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            converter = TextConverter.class,
            description = "Only records of this source; may be repeated.")
    private List<String> sources = List.of();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "Only records with this status, by name or number; may be repeated.")
    private List<Integer> statuses = List.of();

    @ArgGroup(exclusive = false)
    private @Nullable NearOptions near;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceStub stateLog;

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceBlockingStub unary;

    private final Table table = RecordText.table();

    @Override
    public Integer call() throws InterruptedException {
        ReadRequest request = request();
        try (ClientContext context = connect()) {
            read(context, () -> start.last == null ? request : last(start.last, request));
        }
        return ExitCodes.DONE;
    }

    private void read(ClientContext context, Supplier<ReadRequest> request) throws InterruptedException {
        Retries retries = retries();
        LogFollower follower =
                new LogFollower(stateLog, connection().target().replicas(), timeout(), request, retries, this::tell);
        try (ShutdownHook lastWords = new ShutdownHook(() -> follower.stop().ifPresent(this::noteHowFar))) {
            retries.run(follower, context::reconnect);
        } catch (StatusRuntimeException failure) {
            boolean logHasChanged = failure.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
            follower.last().ifPresent(logHasChanged ? this::noteEnd : this::noteHowFar);
            throw failure;
        } catch (OutputException full) {
            if (!Terminals.isStdoutPipe()) { // the reader of a pipe may have what it wanted
                follower.last().ifPresent(this::noteLastWhole);
            }
            throw full;
        }
    }

    private void noteLastWhole(ReadResponse last) {
        noteHowFar(last);
        note("What the output has behind that position is to be removed: it may be a part of what comes next.");
    }

    private void noteHowFar(ReadResponse last) {
        note("Everything up to position " + last.getPosition() + " was read: go on with --after " + last.getPosition()
                + (last.getLogId().isEmpty() ? "" : " --log-id " + VisibleText.of(last.getLogId())) + ".");
    }

    private void noteEnd(ReadResponse last) {
        note("Everything up to position " + last.getPosition() + " of the log " + VisibleText.of(last.getLogId())
                + " was read.");
    }

    private ReadRequest request() {
        checkStart();
        ReadRequest.Builder request = ReadRequest.newBuilder()
                .addAllSources(sources)
                .addAllStatusesValue(statuses)
                .setFollow(follow);
        if (near != null) {
            request.setWithin(near.circle());
        }
        if (logId != null) {
            request.setLogId(logId);
        }
        if (start.after != null) {
            request.setAfterPosition(start.after);
        } else if (start.since != null) {
            request.setSince(start.since);
        } else if (start.fromNow) {
            request.setFromHead(FromHead.getDefaultInstance());
        }
        return request.build();
    }

    private void checkStart() {
        if (start.after != null && start.after < 0) {
            throw new UsageException("Expected a position from 0 on for --after, but found " + start.after + ".");
        }
        if (start.last != null && start.last < 1) {
            throw new UsageException("Expected a number from 1 on for --last, but found " + start.last + ".");
        }
        if (start.fromNow && !follow) {
            throw new UsageException("Expected --follow together with --from-now: nothing else comes.");
        }
        if (logId != null && start.after == null) {
            throw new UsageException("Expected --log-id together with --after only.");
        }
    }

    /** Returns a request that begins so many records before the head, and names the log of that head. */
    private ReadRequest last(long count, ReadRequest request) {
        GetSummaryResponse summary = inTime(unary).getSummary(GetSummaryRequest.getDefaultInstance());
        return request.toBuilder()
                .setAfterPosition(Math.max(summary.getEarliestPosition() - 1, summary.getHeadPosition() - count))
                .setLogId(summary.getLogId())
                .build();
    }

    private void tell(ReadResponse response) {
        switch (response.getEventCase()) {
            case BATCH -> print(response);
            case CAUGHT_UP -> {
                print(response); // for an empty log, prints the titles
                if (follow) {
                    note("caught up at position " + response.getPosition());
                }
            }
            case HEARTBEAT -> {
                if (connection().verbose()) {
                    note("alive at position " + response.getPosition());
                }
            }
            default -> {
                // an event of a later version: only its position counts
            }
        }
    }

    private void print(ReadResponse response) {
        print(response.getBatch().getRecordsList(), Json::record, table, RecordText::row);
    }
}
