package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Status.Code;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names of sources in metadata with bytes that gRPC libraries do not send. */
@Timeout(60)
class SourceNamesIT {

    private static final String ENTRY = "waystate-source";

    @Test
    void namesOfOtherBytesAreOtherSources() throws Exception {
        List<String> before = sources();
        try (RawConnection client = RawConnection.open(ServerProcess.shared().grpcPort())) {
            assertThat(report(client, 1, utf8("Kuh-ä"))).isEqualTo(Code.OK.value());
            assertThat(report(client, 3, utf8("Kuh-ö"))).isEqualTo(Code.OK.value());
            assertThat(report(client, 5, utf8("牛🐄"))).isEqualTo(Code.OK.value());
            assertThat(report(client, 7, utf8(" \tcow 7 \t"))).isEqualTo(Code.OK.value());
            assertThat(report(client, 9, utf8("??"))).isEqualTo(Code.OK.value());
            List<String> added = sources();
            added.removeAll(before);
            assertThat(added).containsExactlyInAnyOrder("Kuh-ä", "Kuh-ö", "牛🐄", "cow 7", "??");
        }
    }

    @Test
    void whatIsNotOneNameIsRefusedAndLeavesNoSource() throws Exception {
        List<String> before = sources();
        try (RawConnection client = RawConnection.open(ServerProcess.shared().grpcPort())) {
            assertThat(report(client, 1, "Kuh-ä".getBytes(StandardCharsets.ISO_8859_1)))
                    .as("no UTF-8")
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(report(client, 3, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                    .as("half a character of UTF-16")
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(report(client, 5, utf8("cow-1"), utf8("cow-2")))
                    .as("two entries")
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(report(client, 7, utf8("cow-1"), utf8("cow-1")))
                    .as("the same entry twice")
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(report(client, 9, utf8(" \t "))).as("white space").isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(report(
                            client,
                            11,
                            Frames.headers("my_package.RequestStreaming/stream_state")
                                    .add(ENTRY + "-bin", "S3VoLcOk")))
                    .as("a binary entry")
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(sources()).isEqualTo(before);
        }
    }

    private static int report(RawConnection client, int streamId, byte[]... names) throws InterruptedException {
        Http2Headers headers = Frames.headers("my_package.RequestStreaming/stream_state");
        for (byte[] name : names) {
            headers.add(new AsciiString(ENTRY), new AsciiString(name, false));
        }
        return report(client, streamId, headers);
    }

    private static int report(RawConnection client, int streamId, Http2Headers headers) throws InterruptedException {
        byte[] report = Data.newBuilder().setStatusValue(1).build().toByteArray();
        client.send(frames -> {
            frames.headers(streamId, headers, false);
            frames.data(streamId, Unpooled.wrappedBuffer(Frames.enveloped(0, report)), true);
        });
        return client.awaitStatus(streamId);
    }

    private static List<String> sources() throws Exception {
        try (Client reader = Client.of(ServerProcess.shared())) {
            return StateLogServiceGrpc.newBlockingStub(reader.channel())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .listSources(
                            ListSourcesRequest.newBuilder().setPageSize(1_000).build())
                    .getSourcesList()
                    .stream()
                    .map(source -> source.getLatest().getSource())
                    .collect(Collectors.toCollection(ArrayList::new));
        }
    }

    private static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
