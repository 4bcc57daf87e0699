package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.v1.BulkDisplacementServiceGrpc.BulkDisplacementServiceImplBase;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code displace FILE} against a server of batches whose distances are the x of the ends. */
@Timeout(60)
class DisplaceCommandTests {

    private static final int FAILS = 999;
    private static final int LEAVES_OUT = 998;

    @TempDir
    private Path directory;

    private Server server;

    @BeforeEach
    void startServer() throws IOException {
        server = NettyServerBuilder.forPort(0).addService(new Ends()).build().start();
    }

    @AfterEach
    void stopServer() {
        server.shutdownNow();
    }

    @Test
    void linesOfManyBatchesAreAnsweredInTheirOrder() throws IOException {
        CommandRun run = displace(IntStream.range(1_000, 101_000)
                .mapToObj(x -> "0,0 " + x + ",0\n")
                .collect(Collectors.joining()));

        assertThat(run.err()).isEmpty();
        assertThat(run.outLines())
                .containsExactlyElementsOf(IntStream.range(1_000, 101_000)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void emptyFileHasNoDistances() throws IOException {
        assertThat(displace("# nothing\n\n")).isEqualTo(new CommandRun(0, "", ""));
    }

    @Test
    void failureComesAfterTheDistancesBeforeIt() throws IOException {
        CommandRun run = displace("0,0 1,0\n".repeat(5_000) + "0,0 " + FAILS + ",0\n");

        assertThat(run.exitCode()).isEqualTo(64 + 15);
        assertThat(run.err()).startsWith("DATA_LOSS: ").hasLineCount(1);
        assertThat(run.outLines()).hasSizeBetween(4_000, 5_000).containsOnly("1");
    }

    @Test
    void answerOfAnotherLengthIsRefused() throws IOException {
        CommandRun run = displace("0,0 1,0\n0,0 " + LEAVES_OUT + ",0\n");

        assertThat(run.exitCode()).isEqualTo(64 + 13);
        assertThat(run.err()).contains("another number of distances than it was asked for");
    }

    private CommandRun displace(String lines) throws IOException {
        Path file = Files.writeString(directory.resolve("lines.txt"), lines);
        return CommandRun.of("displace", file.toString(), "--target", "localhost:" + server.getPort());
    }

    private static final class Ends extends BulkDisplacementServiceImplBase {

        @Override
        public StreamObserver<ComputeDisplacementsRequest> computeDisplacements(
                StreamObserver<ComputeDisplacementsResponse> responses) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ComputeDisplacementsRequest batch) {
                    ComputeDisplacementsResponse.Builder response = ComputeDisplacementsResponse.newBuilder();
                    for (Displacement displacement : batch.getDisplacementsList()) {
                        int x = displacement.getEnd().getX();
                        if (x == FAILS) {
                            responses.onError(Status.DATA_LOSS.asRuntimeException());
                            return;
                        }
                        if (x != LEAVES_OUT) {
                            response.addDistances(x);
                        }
                    }
                    responses.onNext(response.build());
                }

                @Override
                public void onError(Throwable cut) {
                    // there is nothing to undo
                }

                @Override
                public void onCompleted() {
                    responses.onCompleted();
                }
            };
        }
    }
}
