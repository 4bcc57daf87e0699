package dev.waystate.attack;

import static dev.waystate.attack.AttackedServer.ATTACKED_METHOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.Displacement;
import io.grpc.Status.Code;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that cost their sender little and could cost the server memory without end. */
@Timeout(120)
class FrameFloodIT {

    private static final byte[] PING = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final byte[] EMPTY_DATA = {0, 0, 0, 0, 0, 0, 0, 0, 1};

    /** A header field whose name has one byte and its value, it says, 2 GB. */
    private static final byte[] ENDLESS_FIELD = {0x00, 0x01, 'a', 0x7f, -128, -1, -1, -1, 0x07};

    /** Of the largest size. */
    private static final byte[] UNKNOWN_FRAME = Arrays.copyOf(new byte[] {0, 0x40, 0, 0x77, 0, 0, 0, 0, 0}, 9 + 16_384);

    private static final int CONNECTIONS = 1_000;
    private static final int FRAMES_FOR_THE_LARGEST_BUFFER = 12;
    private static final int FRAMES_A_SEQUENCE = 5_000;
    private static final int CONTINUATIONS_A_SEQUENCE = 1_000;
    private static final int SEQUENCES = 400;
    private static final int STREAMS = 10_000;
    private static final int CALLS_PER_CONNECTION = 256;
    private static final String UNARY = "my_package.DisplacementService/computeDisplacement";
    private static final String STREAM_STATE = "my_package.RequestStreaming/stream_state";

    private static final int CALLS_AT_ONCE = 10;
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static AttackedServer server;
    private static AttackedServer withoutLimits;

    @BeforeAll
    static void start() throws Exception {
        server = AttackedServer.inUse(directory);
        withoutLimits = AttackedServer.withoutLimits(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        withoutLimits.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, 16_384})
    void headersThatNeverEndAreCutOff(int bytesAFrame) throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attacker.send(frames -> frames.frame(Frames.HEADERS, (short) 0, 1, ENDLESS_FIELD));
            byte[] fragment = new byte[bytesAFrame];
            int sequences = attacker.flood(SEQUENCES, frames -> {
                for (int i = 0; i < CONTINUATIONS_A_SEQUENCE; i++) {
                    frames.frame(Frames.CONTINUATION, (short) 0, 1, fragment);
                }
            });
            assertThat(sequences).isLessThan(SEQUENCES);
            attacker.awaitEnd(SOON);
        }
        server.assertUnharmed();
    }

    /** The transport keeps a frame until it is whole, with the buffer that its first byte was read into. */
    @Test
    void framesThatAreNeverWholeTakeNoMoreThanThereIs() throws Exception {
        byte[] withoutItsEnd = Arrays.copyOf(UNKNOWN_FRAME, UNKNOWN_FRAME.length - 1);
        List<RawConnection> attackers = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                RawConnection attacker = RawConnection.open(server.port());
                attackers.add(attacker);
                attacker.send(frames -> {
                    for (int j = 0; j < FRAMES_FOR_THE_LARGEST_BUFFER; j++) {
                        frames.bytes(Unpooled.wrappedBuffer(UNKNOWN_FRAME));
                    }
                    frames.bytes(Unpooled.wrappedBuffer(withoutItsEnd));
                });
            }
            server.assertUnharmed();
        } finally {
            attackers.forEach(RawConnection::close);
        }
    }

    @Test
    void headersInManyFramesThatDoEndAreServed() throws Exception {
        long before = server.calls(ATTACKED_METHOD);
        try (RawConnection client = RawConnection.open(server.port())) {
            byte[] headers = headersThatUnpack(1);
            client.send(frames -> {
                frames.frame(Frames.HEADERS, (short) 0, 1, headers);
                frames.frame(Frames.CONTINUATION, (short) 0, 1);
                frames.frame(Frames.CONTINUATION, Frames.END_HEADERS, 1);
            });
            await().atMost(SOON).until(() -> server.calls(ATTACKED_METHOD) == before + 1);
        }
    }

    @Test
    void pingsWithoutEndAreCutOff() throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            assertThat(attacker.flood(SEQUENCES, repeated(PING))).isLessThan(SEQUENCES);
            attacker.awaitEnd(SOON);
            assertThat(attacker.acknowledgements()).isLessThan(FRAMES_A_SEQUENCE);
        }
        server.assertUnharmed();
    }

    @Test
    void withoutTheLimitEveryPingIsAnswered() throws Exception {
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            assertThat(attacker.flood(10, repeated(PING))).isEqualTo(10);
            await().atMost(SOON).until(() -> attacker.acknowledgements() >= 10 * FRAMES_A_SEQUENCE);
        }
    }

    @Test
    void settingsWhoseAcknowledgementsAreNotReadAreCutOff() throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attacker.stopReading();
            assertThat(attacker.flood(SEQUENCES, repeated(SETTINGS))).isLessThan(SEQUENCES);
        }
        server.assertUnharmed();
    }

    @Test
    void settingsWhoseAcknowledgementsAreReadAreServed() throws Exception {
        try (RawConnection client = RawConnection.open(server.port())) {
            assertThat(client.flood(10, repeated(SETTINGS))).isEqualTo(10);
            await().atMost(SOON).until(() -> client.acknowledgements() >= 10 * FRAMES_A_SEQUENCE);
        }
    }

    /** grpc-java would take no message after several of them. */
    @Test
    void emptyDataWithoutEndCostsNoMemoryAndIsPassedOver() throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attacker.send(frames -> frames.call(1, UNARY));
            assertThat(attacker.flood(SEQUENCES, repeated(EMPTY_DATA))).isEqualTo(SEQUENCES);
            attacker.send(frames -> frames.lastMessage(1, Displacement.getDefaultInstance()));
            assertThat(attacker.awaitStatus(1)).isZero();
            attacker.send(frames -> {
                frames.call(3, UNARY);
                frames.lastMessage(3, Displacement.getDefaultInstance());
            });
            assertThat(attacker.awaitStatus(3)).isZero();
        }
        server.assertUnharmed();
    }

    @Test
    void fewBytesThatUnpackToManyHeadersAreRefused() throws Exception {
        long before = server.calls(ATTACKED_METHOD);
        try (RawConnection attacker = RawConnection.open(server.port())) {
            byte[] bomb = headersThatUnpack(12_000); // to 48 MB
            int[] streamId = {1};
            attacker.flood(100, frames -> {
                frames.frame(Frames.HEADERS, Frames.END_HEADERS, streamId[0], bomb);
                streamId[0] += 2;
            });
            attacker.awaitEnd(SOON);
        }
        assertThat(server.calls(ATTACKED_METHOD)).isEqualTo(before);
        server.assertUnharmed();
    }

    @Test
    void withoutTheLimitTheyBecomeTheMetadataOfACall() throws Exception {
        long before = withoutLimits.calls(ATTACKED_METHOD);
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            byte[] bomb = headersThatUnpack(200);
            attacker.send(frames -> frames.frame(Frames.HEADERS, Frames.END_HEADERS, 1, bomb));
            await().atMost(SOON).until(() -> withoutLimits.calls(ATTACKED_METHOD) == before + 1);
        }
    }

    @Test
    void streamsBeyondTheLimitAreRefusedAlsoToAClientThatHasNotReadIt() throws Exception {
        long before = server.calls(ATTACKED_METHOD);
        try (RawConnection attacker = RawConnection.open(server.port())) {
            openStreams(attacker);
            attacker.awaitEnd(SOON);
        }
        assertThat(server.calls(ATTACKED_METHOD) - before).isEqualTo(CALLS_PER_CONNECTION);
        server.assertUnharmed();
    }

    @Test
    void withoutTheLimitEveryStreamIsACall() throws Exception {
        long before = withoutLimits.calls(ATTACKED_METHOD);
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            openStreams(attacker);
            await().atMost(SOON).until(() -> withoutLimits.calls(ATTACKED_METHOD) - before == STREAMS);
        }
    }

    private static void openStreams(RawConnection attacker) throws InterruptedException {
        attacker.send(frames -> {
            for (int i = 0; i < STREAMS; i++) {
                frames.call(2 * i + 1, ATTACKED_METHOD);
            }
        });
    }

    /** Headers one of which has 4,000 bytes and comes so many times: every time but the first in one byte. */
    private static byte[] headersThatUnpack(int times) throws Http2Exception {
        Http2Headers headers = Frames.headers(ATTACKED_METHOD);
        for (int i = 0; i < times; i++) {
            headers.add("a", "x".repeat(4_000));
        }
        ByteBuf block = Unpooled.buffer();
        new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true).encodeHeaders(1, headers, block);
        return ByteBufUtil.getBytes(block);
    }

    /** Such answers have no data, whose flow could be controlled: 256 of them are nearly two megabytes a connection. */
    @Test
    void answersWithoutDataThatAreNotReadAreCutOff() throws Exception {
        long before = server.refused("outbound-memory");
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attacker.stopReading();
            for (int first = 1; callUnknownMethods(attacker, first); first += 2 * CALLS_AT_ONCE) {
                server.refused("outbound-memory"); // the calls have arrived when this is answered
            }
        }
        assertThat(server.refused("outbound-memory")).isEqualTo(before + 1);
        server.assertUnharmed();
    }

    /** What grpc-java does with them: it resets the stream before there is a call, or answers and forgets the call. */
    @Test
    void callsThatTheTransportGivesUpAreNotKept() throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attacker.send(frames -> {
                for (int i = 0; i < CALLS_AT_ONCE; i++) {
                    frames.headers(4 * i + 1, Frames.headers(UNARY).set("grpc-timeout", "soon"), false);
                    frames.call(4 * i + 3, ATTACKED_METHOD);
                    frames.headers(4 * i + 3, new DefaultHttp2Headers().set("trailer", "none"), true);
                }
            });
            await().atMost(SOON).until(() -> attacker.hasEndedCall(4 * CALLS_AT_ONCE - 3));
        }
        await().atMost(SOON).until(() -> server.openCalls() < CALLS_AT_ONCE);
        server.assertUnharmed();
    }

    /** With more white space than there may be elsewhere; to look for its end from each place of it takes minutes. */
    @Test
    void blanksInMetadataTakeNoTime() throws Exception {
        String blanks = "a=b" + " ".repeat(500_000) + "c";
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            attacker.send(frames -> {
                frames.headers(1, Frames.headers(STREAM_STATE).set("waystate-source", blanks), true);
                frames.headers(
                        3,
                        Frames.headers(STREAM_STATE)
                                .set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                                .set("tracestate", blanks),
                        true);
            });
            assertThat(attacker.awaitStatus(1)).isEqualTo(Code.INVALID_ARGUMENT.value());
            assertThat(attacker.awaitStatus(3)).isZero();
        }
    }

    /** Returns whether the network has taken them. */
    private static boolean callUnknownMethods(RawConnection attacker, int firstStreamId) throws InterruptedException {
        return attacker.send(frames -> {
            for (int i = 0; i < CALLS_AT_ONCE; i++) {
                frames.headers(firstStreamId + 2 * i, Frames.headers("m".repeat(7_500)), true);
            }
        });
    }

    private static Consumer<Frames> repeated(byte[] frame) {
        ByteBuf sequence = Unpooled.buffer(frame.length * FRAMES_A_SEQUENCE);
        for (int i = 0; i < FRAMES_A_SEQUENCE; i++) {
            sequence.writeBytes(frame);
        }
        return frames -> frames.bytes(sequence.retainedDuplicate());
    }
}
