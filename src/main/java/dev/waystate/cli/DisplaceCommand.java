package dev.waystate.cli;

import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.input.Displacements;
import dev.waystate.cli.input.Feed;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceBlockingStub;
import dev.waystate.proto.v1.BulkDisplacementServiceGrpc.BulkDisplacementServiceStub;
import dev.waystate.text.Distances;
import dev.waystate.text.Json;
import dev.waystate.text.Points;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.Semaphore;
import net.devh.boot.grpc.client.inject.GrpcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints distances, in the order of their displacements. Those of a file are computed in batches. */
@Command(
        name = "displace",
        description = {
            "Prints the straight-line distance between two points.",
            "  displace 0,12 12,14     one displacement, or several pairs of points",
            "  displace FILE           one displacement a line; - is stdin",
            "A line of a file is 'x1,y1 x2,y2'; '#' begins a comment."
        })
final class DisplaceCommand extends ClientCommand {

    @Parameters(
            arity = "1..*",
            paramLabel = "(POINT POINT)... | FILE",
            hideParamSyntax = true,
            description = "Points are X,Y with whole numbers from -2147483648 to 2147483647.")
    private List<String> arguments;

    @GrpcClient(ClientContext.CLIENT)
    private DisplacementServiceBlockingStub single;

    @GrpcClient(ClientContext.CLIENT)
    private BulkDisplacementServiceStub batches;

    private CommandSpec spec;

    /** Reads points with a negative x as points, and not as options. */
    @Spec
    void setSpec(CommandSpec spec) {
        this.spec = spec;
        spec.parser().unmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() throws InterruptedException {
        refuseUnknownOptions();
        if (Displacements.areFile(arguments)) {
            computeFile(arguments.get(0));
        } else {
            List<Displacement> pairs = Displacements.pairs(arguments);
            try (ClientContext context = connect()) {
                pairs.forEach(this::compute);
            }
        }
        return ExitCodes.DONE;
    }

    private void computeFile(String file) throws InterruptedException {
        try (Feed<Displacement> feed = Feed.start(Displacements.open(file));
                ClientContext context = connect()) {
            DisplacementCall call = new DisplacementCall(feed, this::print);
            try {
                batches.computeDisplacements(call);
                call.run(streamTimeouts());
            } catch (StatusRuntimeException failure) {
                if (failure.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                    throw failure;
                }
                computeOneByOne(call.unanswered(), feed);
            }
            feed.checkEnd(); // those before a bad line have their answers
        }
    }

    /** Computes one displacement a call, for servers of the original contract, which know no batches. */
    private void computeOneByOne(List<Displacement> sent, Feed<Displacement> feed) throws InterruptedException {
        sent.forEach(this::compute);
        Semaphore news = new Semaphore(0);
        feed.onNews(news::release);
        while (!feed.isAtEnd()) {
            Displacement next = feed.peek();
            if (next == null) {
                news.acquire();
            } else {
                feed.remove();
                compute(next);
            }
        }
    }

    private void compute(Displacement displacement) {
        print(displacement, inTime(single).computeDisplacement(displacement).getDistance());
    }

    private void print(Displacement displacement, float distance) {
        print(connection().json() ? Json.text(Json.displacement(displacement, distance)) : Distances.text(distance));
    }

    private void refuseUnknownOptions() {
        for (String argument : arguments) {
            if (argument.startsWith("-") && argument.length() > 1 && !Points.isLikePoint(argument)) {
                throw new UnmatchedArgumentException(spec.commandLine(), List.of(argument));
            }
        }
    }
}
