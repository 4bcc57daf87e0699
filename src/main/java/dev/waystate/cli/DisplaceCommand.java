package dev.waystate.cli;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import dev.waystate.cli.connection.ClientContext;
import dev.waystate.cli.connection.OrderedAnswers;
import dev.waystate.cli.input.Displacements;
import dev.waystate.cli.output.DistanceText;
import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.Points;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceFutureStub;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints distances, each computed by one unary call, which every server of the original contract answers. Many
 * displacements are on their way at once; the distances come in the order of the displacements.
 */
@Command(
        name = "displace",
        description = {
            "Prints the straight-line distance between two points.",
            "  displace 0,12 12,14     one displacement, or several pairs of points",
            "  displace FILE           one displacement a line, 'x1,y1 x2,y2'; '#' begins a comment; - is stdin"
        })
final class DisplaceCommand extends ClientCommand {

    @Parameters(
            arity = "1..*",
            paramLabel = "POINT POINT | FILE",
            description = "Points are X,Y with whole numbers from -2147483648 to 2147483647.")
    private List<String> arguments;

    @GrpcClient(ClientContext.CLIENT)
    private DisplacementServiceFutureStub displacements;

    private CommandSpec spec;

    /** Takes points with a negative x for what they are and not for options. */
    @Spec
    void setSpec(CommandSpec spec) {
        this.spec = spec;
        spec.parser().unmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() throws Exception {
        refuseUnknownOptions();
        try (Stream<Displacement> source = Displacements.of(arguments);
                ClientContext context = connect()) {
            compute(source.iterator());
        }
        return ExitCodes.DONE;
    }

    private void compute(Iterator<Displacement> source) throws Exception {
        OrderedAnswers<String> answers = new OrderedAnswers<>(this::print);
        InputException badLine = null;
        try {
            while (source.hasNext()) {
                answers.add(call(source.next()));
            }
        } catch (InputException bad) {
            badLine = bad;
        }
        answers.finish(); // those before a bad line, too
        if (badLine != null) {
            throw badLine;
        }
    }

    private Supplier<ListenableFuture<String>> call(Displacement displacement) {
        return () -> Futures.transform(
                inTime(displacements).computeDisplacement(displacement),
                response -> DistanceText.of(
                        displacement, response.getDistance(), connection().json()),
                MoreExecutors.directExecutor());
    }

    private void refuseUnknownOptions() {
        for (String argument : arguments) {
            if (argument.startsWith("-") && argument.length() > 1 && !Points.isLikePoint(argument)) {
                throw new UnmatchedArgumentException(spec.commandLine(), List.of(argument));
            }
        }
    }
}
