package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.proto.Data;
import dev.waystate.server.logging.LogText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Texts that would like to be more than a part of one line in the server's log. */
@Timeout(60)
class HostileTextIT {

    private static final int TEXTS = 1_000;
    private static final String STREAM_STATE = "my_package.RequestStreaming/stream_state";
    private static final String FAKE =
            "2026-11-25T00:00:00.000Z  INFO 1 --- [waystate] [main] d.waystate.Fake : event ";

    private static final List<String> KINDS = List.of(
            "\n" + FAKE,
            "\r\n" + FAKE,
            "\u2028" + FAKE + "\u2029\u0085",
            "\u001b[2J\u001b[31;1m\u009b1A",
            "\b\b\b\b\u007f\0",
            "\u202egnirutneva\u202c\u2066\u200f\u061c",
            "%s%n%x{}{0}\\u000a\\n",
            "${jndi:ldap://127.0.0.1/x}${env:HOME}#{1+1}",
            "\"; stream_state from \"cow\": done, 9 reports stored",
            "x".repeat(4_000) + "\n" + FAKE);

    /** One event of the stream, whole on its line. */
    private static final Pattern EVENT = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\S+ +INFO \\d+ --- [^\"]*: stream_state from \"mallory\": (OK \"[^\\p{Cntrl}\\p{Cf}]{0,254}\"|done, "
                    + TEXTS + " reports stored)");

    /** The line at the end of a call: its texts are quoted, and what is not quoted is ours. */
    private static final Pattern ACCESS_EVENT =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ +INFO \\d+ --- [^\"]*dev.waystate.access +: call"
                    + "( [a-z_]+=([\\w./:-]+|\"([^\\p{Cntrl}\\p{Cf}\"\\\\]|\\\\.){0,254}\"))+");

    private static final List<String> HEADERS =
            List.of("waystate-source", "user-agent", "te", ":path", ":authority", "grpc-timeout");

    private static final Pattern METADATA_EVENT = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\S+ +INFO \\d+ --- [^\"]*"
                    + ": stream_state from \"[^\\p{Cntrl}\\p{Cf}]{0,254}\": (OK \"seen\"|(done|cancelled), \\d+ reports stored)");

    @TempDir
    Path directory;

    @Test
    void aThousandHostileReportsAreAThousandLines() throws Exception {
        List<String> texts = IntStream.range(0, TEXTS)
                .mapToObj(number -> KINDS.get(number % KINDS.size()) + number)
                .toList();
        assertThat(String.join("\n", texts).lines()).hasSizeGreaterThan(TEXTS);
        try (ServerProcess server = start();
                RawConnection client = RawConnection.open(server.grpcPort())) {
            int before = server.output().size();
            client.send(frames -> {
                frames.headers(1, Frames.headers(STREAM_STATE).add("waystate-source", "mallory"), false);
                texts.forEach(text -> frames.data(1, report(text), false));
                frames.data(1, Unpooled.EMPTY_BUFFER, true);
            });
            assertThat(client.awaitStatus(1)).isZero();
            await().atMost(Duration.ofSeconds(10)).until(() -> server.output().size() > before + TEXTS + 1);
            assertThat(server.output().subList(before, server.output().size()))
                    .hasSize(TEXTS + 2)
                    .allMatch(EVENT.asMatchPredicate().or(ACCESS_EVENT.asMatchPredicate()));
        }
    }

    /** The control: each would be noticed if it were logged as it is. */
    @Test
    void textsThatAreLoggedAsTheyAreAreNoticed() {
        String line = "2026-01-01T00:00:00.000Z  INFO 1 --- [waystate] [main] d.w.Reports : ";
        for (String text : KINDS) {
            String event = "stream_state from \"mallory\": OK ";
            if (text.chars().anyMatch(c -> c < ' ' || c > '~')) {
                assertThat(Arrays.stream((line + event + '"' + text + '"').split("\\R", -1)))
                        .as(text)
                        .anyMatch(EVENT.asMatchPredicate().negate());
            }
            assertThat(line + event + LogText.quote(text)).matches(EVENT);
        }
    }

    @Test
    void hostileMetadataAndMethodsLeaveNoLineOfTheirOwn() throws Exception {
        try (ServerProcess server = start()) {
            int before = server.output().size();
            for (String text : KINDS) {
                for (String header : HEADERS) {
                    send(server, header, header.equals(":path") ? "/" + text : text);
                }
            }
            send(server, "waystate-source", "the last one");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.output().stream().anyMatch(line -> line.contains("\"the last one\": done")));
            assertThat(server.output().subList(before, server.output().size()))
                    .hasSizeGreaterThan(KINDS.size()) // since many are let in
                    .allMatch(METADATA_EVENT.asMatchPredicate().or(ACCESS_EVENT.asMatchPredicate()));
        }
    }

    /** Makes a call, on a connection of its own: it may be ended for the header. */
    private static void send(ServerProcess server, String header, String text) throws InterruptedException {
        try (RawConnection client = RawConnection.open(server.grpcPort())) {
            Http2Headers headers = Frames.headers(STREAM_STATE);
            headers.set(header, text);
            client.send(frames -> {
                frames.headers(1, headers, false);
                frames.data(1, report("seen"), true);
            });
            await().atMost(Duration.ofSeconds(10)).until(() -> !client.isOpen() || client.hasEnded(1));
        }
    }

    private ServerProcess start() throws Exception {
        ServerProcess server = ServerProcess.start(directory, "--waystate.state-log.reports-logged=" + TEXTS);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> server.output().stream().anyMatch(line -> line.contains("The server is open")));
        return server;
    }

    private static ByteBuf report(String info) {
        Data report = Data.newBuilder().setStatusValue(1).setInfo(info).build();
        return Unpooled.wrappedBuffer(Frames.enveloped(0, report.toByteArray()));
    }
}
