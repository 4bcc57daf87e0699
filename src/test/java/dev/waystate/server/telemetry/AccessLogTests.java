package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.waystate.LogLines;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which calls have a line, and what cannot be in it. */
class AccessLogTests {

    private static final int QUICK_LINES = 100;
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.7", 50_100);

    @RegisterExtension
    final LogLines lines = LogLines.of("dev.waystate.access");

    @Test
    void allHaveALine() {
        AccessLog log = log(AccessLogMode.ALL);
        end(log, "x.Y/Z", Status.OK);
        end(log, "x.Y/Z", Status.NOT_FOUND);
        assertThat(codes()).containsExactly("OK", "NOT_FOUND");
    }

    @Test
    void errorsAloneHaveALine() {
        AccessLog log = log(AccessLogMode.ERRORS);
        end(log, "x.Y/Z", Status.OK);
        end(log, "x.Y/Z", Status.CANCELLED);
        assertThat(codes()).containsExactly("CANCELLED");
    }

    @Test
    void noneHasALineWhenItIsOff() {
        end(log(AccessLogMode.OFF), "x.Y/Z", Status.INTERNAL);
        assertThat(lines.events()).isEmpty();
    }

    @Test
    void healthAndReflectionHaveNoLine() {
        AccessLog log = log(AccessLogMode.ALL);
        end(log, "grpc.health.v1.Health/Check", Status.OK);
        end(log, "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Status.CANCELLED);
        end(log, "grpc.other.Service/Call", Status.OK);
        assertThat(lines.events()).hasSize(1);
    }

    @Test
    void quickCallsThatAreTooManyAreCountedInTheNextLineAndFailedOnesAreAllThere() {
        AccessLog log = log(AccessLogMode.ALL);
        int calls = 10 * QUICK_LINES; // which take less than two seconds
        for (int i = 0; i < calls; i++) {
            end(log, "x.Y/Z", Status.OK);
        }
        assertThat(lines.events()).hasSizeBetween(QUICK_LINES, 3 * QUICK_LINES);
        end(log, "x.Y/Z", Status.INTERNAL);
        assertThat(lines.events().size() + leftOut()).isEqualTo(calls + 1);
        assertThat(codes()).endsWith("INTERNAL");
    }

    @Test
    void whatComesFromOutsideIsVisibleAndShort() {
        MeasuredCall call = call(log(AccessLogMode.ALL), "no/such\nmethod type=unary");
        call.setSource("cow\u202e\n" + "7".repeat(1_000));
        call.streamClosed(Status.UNIMPLEMENTED);
        ILoggingEvent line = lines.events().get(0);
        assertThat(line.getFormattedMessage())
                .startsWith("call method=\"no/such\\u000Amethod type=unary\" type=unknown code=UNIMPLEMENTED ")
                .contains(" peer=192.0.2.7:50100 source=\"cow\\u202E\\u000A777");
        assertThat(pair(line, "call.source").toString())
                .startsWith("cow\\u202E\\u000A777")
                .hasSizeLessThan(300)
                .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    }

    private static AccessLog log(AccessLogMode mode) {
        return new AccessLog(new TelemetryProperties(mode));
    }

    private static void end(AccessLog log, String method, Status status) {
        call(log, method).streamClosed(status);
    }

    private static MeasuredCall call(AccessLog log, String method) {
        return new MeasuredCall(new CallObserver[] {log}, method, new Metadata(), PEER) {};
    }

    private List<String> codes() {
        return lines.events().stream()
                .map(line -> pair(line, "call.code").toString())
                .collect(Collectors.toList());
    }

    private long leftOut() {
        return lines.events().stream()
                .map(line -> pair(line, "call.left_out"))
                .mapToLong(count -> count == null ? 0 : (Long) count)
                .sum();
    }

    private static Object pair(ILoggingEvent line, String key) {
        return line.getKeyValuePairs().stream()
                .filter(pair -> pair.key.equals(key))
                .map(pair -> pair.value)
                .findFirst()
                .orElse(null);
    }
}
