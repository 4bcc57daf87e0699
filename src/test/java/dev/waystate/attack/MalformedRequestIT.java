package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Data;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are none: each fails alone, and the other calls of its connection go on. */
@Timeout(60)
class MalformedRequestIT {

    private static final String DISPLACEMENT = "my_package.DisplacementService/computeDisplacement";
    private static final String BULK = "waystate.v1.BulkDisplacementService/ComputeDisplacements";
    private static final String STREAM_STATE = "my_package.RequestStreaming/stream_state";
    private static final String APPEND = "waystate.v1.StateLogService/Append";
    private static final String READ = "waystate.v1.StateLogService/Read";
    private static final String SOURCES = "waystate.v1.StateLogService/ListSources";

    private static final int MOST_CHARACTERS_A_LINE = 500;
    private static final Pattern UNPARSED = Pattern.compile(" INFO .*: (\\S+): a request does not parse: \".*\"$");

    /** An unknown group in an unknown group, and so on. */
    private static final String GROUPS = "7b";

    /** Bytes that are no message of their type, in hexadecimal. */
    private static final List<Request> UNREADABLE = List.of(
            new Request(DISPLACEMENT, "0a0508"), // ends within a field
            new Request(DISPLACEMENT, "0affffffff07"), // a length of 2 GB
            new Request(DISPLACEMENT, "0affffffffffffffffff01"), // a length of -1
            new Request(DISPLACEMENT, "0affffffffffffffffffffff"), // a number that does not end
            new Request(DISPLACEMENT, "00"), // field 0
            new Request(DISPLACEMENT, "0c"), // the end of a group that has not begun
            new Request(DISPLACEMENT, "0e"), // a wire type that there is not
            new Request(DISPLACEMENT, GROUPS.repeat(101)),
            new Request(DISPLACEMENT, GROUPS.repeat(500_000)),
            new Request(BULK, "0a0a0a"),
            new Request(STREAM_STATE, "1202fffe"), // info that is not UTF-8
            new Request(STREAM_STATE, "1203eda080"), // info with half a surrogate pair
            new Request(APPEND, "0a01ff"),
            new Request(READ, "1201ff"),
            new Request(SOURCES, "1201ff"),
            new Request("waystate.v1.StateLogService/GetSummary", "0a"),
            new Request("grpc.health.v1.Health/Check", "0a01ff"),
            new Request("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "0a01ff"));

    /** Nothing, no gzip, its first bytes alone, and a block of a type that there is not. */
    private static final List<byte[]> NO_GZIP =
            List.of(bytes(""), bytes("0a05"), bytes("1f8b08"), bytes("1f8b080000000000000007"));

    /** Bytes that protobuf accepts. */
    private static final List<Request> READABLE = List.of(
            new Request(DISPLACEMENT, ""),
            new Request(DISPLACEMENT, "0a00" + "0a00"), // a field twice
            new Request(DISPLACEMENT, "08ffffffffffffffffff01"), // a number for a message: an unknown field
            new Request(
                    DISPLACEMENT, "fa3f04cafebabe" + "f93f0000000000000000"), // fields that this version does not know
            new Request(DISPLACEMENT, GROUPS.repeat(90) + "7c".repeat(90)),
            new Request(SOURCES, "1a02e507")); // numbers of no status

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private RawConnection client;
    private int lastStreamId = 1;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws Exception {
        client = RawConnection.open(server.grpcPort());
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void eachFailsAloneAndTakesOneShortLogLineAtMost() throws Exception {
        int neighbour = 1;
        client.send(frames -> frames.call(neighbour, STREAM_STATE));
        List<String> unreadable = new ArrayList<>();
        for (Request request : UNREADABLE) {
            assertThat(status(request)).as(request.toString()).isEqualTo(Code.INVALID_ARGUMENT.value());
            unreadable.add(request.method());
        }
        for (Request request : READABLE) {
            assertThat(status(request)).as(request.toString()).isZero();
        }
        for (byte[] broken : NO_GZIP) {
            assertThat(status(DISPLACEMENT, "gzip", Frames.enveloped(1, broken)))
                    .as("gzip %s", HexFormat.of().formatHex(broken))
                    .isEqualTo(Code.INVALID_ARGUMENT.value());
            unreadable.add(DISPLACEMENT);
        }
        assertEnvelopesFailAlone();
        client.send(frames -> frames.lastMessage(neighbour, Data.getDefaultInstance()));
        assertThat(client.awaitStatus(neighbour)).isZero();
        assertThat(client.isOpen()).isTrue();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(unparsedMethods()).containsExactlyElementsOf(unreadable));
        assertThat(server.output().stream().filter(AttackedServer.COMPLAINT.asPredicate()))
                .isEmpty();
        assertThat(server.output()).allMatch(line -> line.length() < MOST_CHARACTERS_A_LINE);
    }

    /** The control: grpc-java alone resets them or fails, so that nobody is told that the request is wrong. */
    @Test
    void withoutTheGuardNobodyIsToldThatTheRequestIsWrong() throws Exception {
        Server bare = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new DisplacementServiceGrpc.DisplacementServiceImplBase() {})
                .build()
                .start();
        try {
            client.close();
            client = RawConnection.open(bare.getPort());
            for (Request request : UNREADABLE) {
                if (request.method().equals(DISPLACEMENT)) {
                    int call = send(request.method(), null, Frames.enveloped(0, bytes(request.hexMessage())));
                    await().atMost(Duration.ofSeconds(20)).until(() -> client.hasEndedCall(call));
                    assertThat(client.status(call))
                            .as(request.toString())
                            .isNotEqualTo(Integer.toString(Code.INVALID_ARGUMENT.value()));
                }
            }
        } finally {
            bare.shutdownNow().awaitTermination();
        }
    }

    /** The same connection takes what is wrong with the envelope of a message, or with the number of messages. */
    private void assertEnvelopesFailAlone() throws Exception {
        byte[] message = {};
        assertThat(status(DISPLACEMENT, null, Frames.enveloped(1, message)))
                .as("compressed, but the call names no compression")
                .isEqualTo(Code.INTERNAL.value());
        assertThat(status(DISPLACEMENT, null, Frames.enveloped(0x82, message)))
                .as("flags that there are not")
                .isEqualTo(Code.INTERNAL.value());
        assertThat(status(DISPLACEMENT, null, bytes("0000100001")))
                .as("a length of 1 MiB and 1")
                .isEqualTo(Code.RESOURCE_EXHAUSTED.value());
        assertThat(status(DISPLACEMENT, null, bytes("00ffffffff")))
                .as("a length of 4 GB")
                .isEqualTo(Code.RESOURCE_EXHAUSTED.value());
        assertThat(status(DISPLACEMENT, null, bytes("000000")))
                .as("ends within the envelope")
                .isEqualTo(Code.INTERNAL.value());
        assertThat(status(DISPLACEMENT, null, bytes("00000000050a")))
                .as("ends within the message")
                .isEqualTo(Code.INTERNAL.value());
        assertThat(status(DISPLACEMENT, "waystate-unknown", Frames.enveloped(1, message)))
                .as("a compression that there is not")
                .isEqualTo(Code.UNIMPLEMENTED.value());
        assertThat(status(DISPLACEMENT, null)).as("no message").isEqualTo(Code.INTERNAL.value());
        assertThat(status(DISPLACEMENT, null, bytes("0000000000" + "0000000000")))
                .as("two messages")
                .isEqualTo(Code.INTERNAL.value());
        assertThat(status("my_package.DisplacementService/%s{}${jndi:ldap://x}", null, Frames.enveloped(0, message)))
                .as("a method that there is not")
                .isEqualTo(Code.UNIMPLEMENTED.value());
    }

    /** Anybody may ask, and is told the name again. */
    @Test
    void whoAsksForHealthOrReflectionHasAShortRequest() throws Exception {
        String longName = "0a8827" + "61".repeat(5_000);
        for (String method : List.of(
                "grpc.health.v1.Health/Check",
                "grpc.health.v1.Health/Watch",
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo")) {
            assertThat(status(new Request(method, longName))).as(method).isEqualTo(Code.INVALID_ARGUMENT.value());
        }
        String shortName = "0ae807" + "61".repeat(1_000);
        assertThat(status(new Request("grpc.health.v1.Health/Check", shortName)))
                .isEqualTo(Code.NOT_FOUND.value());
    }

    @Test
    void unknownNumbersAndTheNullCharacterAreStoredAsTheyCame() throws Exception {
        Data unknown = Data.newBuilder()
                .setStatusValue(-27)
                .setInfo("before\0after\uFFFF\uDBFF\uDFFF")
                .build();
        byte[] unknownField = bytes("fa3f04cafebabe");
        ByteString sent = unknown.toByteString().concat(ByteString.copyFrom(unknownField));
        assertThat(status(STREAM_STATE, null, Frames.enveloped(0, sent.toByteArray())))
                .isZero();
        try (Client reader = Client.of(server)) {
            Iterator<ReadResponse> responses = StateLogServiceGrpc.newBlockingStub(reader.channel())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .read(ReadRequest.newBuilder()
                            .addStatusesValue(unknown.getStatusValue())
                            .build());
            Record stored = responses.next().getBatch().getRecords(0);
            assertThat(stored.getStatusValue()).isEqualTo(unknown.getStatusValue());
            assertThat(stored.getInfo()).isEqualTo(unknown.getInfo());
        }
    }

    private int status(Request request) throws InterruptedException {
        return status(request.method(), null, Frames.enveloped(0, bytes(request.hexMessage())));
    }

    private int status(String method, String encoding, byte[]... data) throws InterruptedException {
        return client.awaitStatus(send(method, encoding, data));
    }

    private int send(String method, String encoding, byte[]... data) throws InterruptedException {
        lastStreamId += 2;
        int streamId = lastStreamId;
        Http2Headers headers = Frames.headers(method);
        if (encoding != null) {
            headers.add("grpc-encoding", encoding);
        }
        client.send(frames -> {
            frames.headers(streamId, headers, false);
            frames.data(streamId, Unpooled.wrappedBuffer(data), true);
        });
        return streamId;
    }

    private List<String> unparsedMethods() {
        return server.output().stream()
                .map(UNPARSED::matcher)
                .flatMap(java.util.regex.Matcher::results)
                .map(line -> line.group(1))
                .toList();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private record Request(String method, String hexMessage) {

        @Override
        public String toString() {
            return method + " " + hexMessage.substring(0, Math.min(40, hexMessage.length()));
        }
    }
}
