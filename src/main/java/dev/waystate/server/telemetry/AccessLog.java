package dev.waystate.server.telemetry;

import com.google.common.net.InetAddresses;
import dev.waystate.server.logging.LineBudget;
import dev.waystate.server.logging.LogText;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Writes a line for each call, at its end. Of the calls that end with OK within a second, the first 100 of each second
 * have one; of all others the first 1,000. The next line says how many were left out. Health and reflection have none.
 *
 * <p>The values in the text are key-value pairs, too, whose names begin with {@code call.}.
 */
@Component
class AccessLog implements CallObserver {

    private static final Logger log = LoggerFactory.getLogger("dev.waystate.access");

    private static final int QUICK_LINES_A_SECOND = 100;
    private static final int OTHER_LINES_A_SECOND = 1_000;
    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AccessLogMode mode;
    private final LineBudget quickLines = new LineBudget(QUICK_LINES_A_SECOND);
    private final LineBudget otherLines = new LineBudget(OTHER_LINES_A_SECOND);
    private final LongAdder leftOut = new LongAdder();

    AccessLog(TelemetryProperties properties) {
        this.mode = properties.accessLog();
    }

    @Override
    public void ended(MeasuredCall call, Status status) {
        if (mode == AccessLogMode.OFF || mode == AccessLogMode.ERRORS && status.isOk() || call.isProbe()) {
            return;
        }
        long nanos = call.elapsedNanos();
        LineBudget budget = status.isOk() && nanos < QUICK_NANOS ? quickLines : otherLines;
        if (budget.allowsAt(call.endedNanos())) {
            write(call, status, nanos);
        } else {
            leftOut.increment();
        }
    }

    private void write(MeasuredCall call, Status status, long nanos) {
        Line line = new Line(log.atInfo());
        if (call.method() == null) {
            line.addText("method", call.methodName());
        } else {
            line.add("method", call.methodName());
        }
        line.add("type", type(call.type()));
        line.add("code", status.getCode().name());
        line.add("duration_ms", millis(nanos));
        line.add("peer", peer(call.peer()));
        line.addText("caller", call.caller());
        line.addText("source", call.source());
        line.add("messages_in", call.receivedMessages());
        line.add("bytes_in", call.receivedBytes());
        line.add("messages_out", call.sentMessages());
        line.add("bytes_out", call.sentBytes());
        Long deadline = call.deadlineNanos();
        line.add("deadline_ms", deadline == null ? null : Math.round(millis(deadline)));
        line.addText("request_id", call.requestId());
        line.add("trace_id", call.traceId());
        long unwritten = leftOut.sumThenReset();
        line.add("left_out", unwritten == 0 ? null : unwritten);
        line.write();
    }

    private static String type(MethodType type) {
        return switch (type) {
            case UNARY -> "unary";
            case CLIENT_STREAMING -> "client_streaming";
            case SERVER_STREAMING -> "server_streaming";
            case BIDI_STREAMING -> "bidi_streaming";
            case UNKNOWN -> "unknown";
        };
    }

    private static double millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos) / 1e3;
    }

    /** Returns an address and a port, such as {@code 192.0.2.7:50100} or {@code [2001:db8::7]:50100}. */
    static @Nullable String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? InetAddresses.toUriString(internet.getAddress()) + ":" + internet.getPort()
                : address == null ? null : LogText.visible(address.toString());
    }

    /** One line, as text and as key-value pairs. Values that are null are left out. */
    private static final class Line {

        private final LoggingEventBuilder event;
        private final StringBuilder text = new StringBuilder("call");

        Line(LoggingEventBuilder event) {
            this.event = event;
        }

        void add(String name, @Nullable Object value) {
            add(name, value, String.valueOf(value));
        }

        /** Adds a text from outside. */
        void addText(String name, @Nullable String value) {
            if (value != null) {
                add(name, LogText.visible(value), LogText.quote(value));
            }
        }

        private void add(String name, @Nullable Object value, String inText) {
            if (value != null) {
                event.addKeyValue("call." + name, value);
                text.append(' ').append(name).append('=').append(inText);
            }
        }

        void write() {
            event.log(text.toString());
        }
    }
}
