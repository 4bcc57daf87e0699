package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SourcesCommandTests {

    @Test
    void allPagesArePrintedUnderOneLineOfTitles() throws IOException {
        Server server = NettyServerBuilder.forPort(0)
                .addService(new ThreePages())
                .build()
                .start();
        try {
            CommandRun run = CommandRun.of("sources", "--target", "localhost:" + server.getPort());

            assertThat(run.outLines()).extracting(line -> line.substring(0, 2)).containsExactly("SO", "s ", "sa", "sb");
        } finally {
            server.shutdownNow();
        }
    }

    private static final class ThreePages extends StateLogServiceImplBase {

        @Override
        public void listSources(ListSourcesRequest request, StreamObserver<ListSourcesResponse> responses) {
            String next = request.getPageToken().equals("")
                    ? "a"
                    : request.getPageToken().equals("a") ? "b" : "";
            responses.onNext(ListSourcesResponse.newBuilder()
                    .addSources(
                            Source.newBuilder().setLatest(Record.newBuilder().setSource("s" + request.getPageToken())))
                    .setNextPageToken(next)
                    .build());
            responses.onCompleted();
        }
    }
}
