package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.input.StatusConverter;
import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.RecordText;
import dev.waystate.cli.output.Table;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.OptionalLong;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the records of the log, no faster than they are taken from it. */
@Command(
        name = "read",
        description = {
            "Prints the records of the log, from the earliest on or after a position.",
            "With --follow it goes on with what comes, until Ctrl-C. When it is cut off it reconnects by itself; no"
                    + " record is printed twice or left out. When it is ended it says how far it came."
        })
final class ReadCommand extends ResumingCommand {

    @Option(
            names = "--after",
            paramLabel = "N",
            description = "Begin after this position, from 0; with the earliest record that is kept if left out.")
    private @Nullable Long after;

    @Option(names = "--follow", description = "Go on with what comes.")
    private boolean follow;

    @Option(names = "--source", paramLabel = "NAME", description = "Only records of this source; may be repeated.")
    private List<String> sources = List.of();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            converter = StatusConverter.class,
            description = "Only records with this status, by name or number; may be repeated.")
    private List<Integer> statuses = List.of();

    @GrpcClient(ClientContext.CLIENT)
    private StateLogServiceStub stateLog;

    private final Table table = RecordText.table();

    @Override
    public Integer call() throws InterruptedException {
        if (after != null && after < 0) {
            throw new InputException("Expected a position from 0 on for --after, but found " + after + ".");
        }
        try (ClientContext context = connect()) {
            read(context);
        }
        return ExitCodes.DONE;
    }

    private void read(ClientContext context) throws InterruptedException {
        Retries retries = retries();
        LogFollower follower = new LogFollower(stateLog, timeout(), request(), retries, this::tell);
        try (LastWords words = new LastWords(() -> noteHowFar(follower.stop()))) {
            retries.run(follower, context::reconnect);
        } catch (StatusRuntimeException failure) {
            noteHowFar(follower.position());
            throw failure;
        }
    }

    private void noteHowFar(OptionalLong read) {
        read.ifPresent(position ->
                note("Everything up to position " + position + " was read: go on with --after " + position + "."));
    }

    private ReadRequest request() {
        ReadRequest.Builder request = ReadRequest.newBuilder()
                .addAllSources(sources)
                .addAllStatusesValue(statuses)
                .setFollow(follow);
        if (after != null) {
            request.setAfterPosition(after);
        }
        return request.build();
    }

    private void tell(ReadResponse response) {
        switch (response.getEventCase()) {
            case BATCH -> print(lines(response));
            case CAUGHT_UP -> {
                print(lines(response)); // of an empty log, the titles
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
                // news of a later version, which only its position is taken from
            }
        }
    }

    private List<String> lines(ReadResponse response) {
        var records = response.getBatch().getRecordsList();
        return connection().json()
                ? records.stream().map(RecordText::json).toList()
                : table.lines(records.stream().map(RecordText::row).toList());
    }
}
