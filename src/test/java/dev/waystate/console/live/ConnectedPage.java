package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.console.live.LivePage.Event;
import dev.waystate.security.access.AdmittedRequest;
import dev.waystate.server.telemetry.CallObserver;
import dev.waystate.server.telemetry.HttpCall;
import io.grpc.Metadata;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

/** A page whose connection takes what it gets when it is told to. */
final class ConnectedPage extends ServletOutputStream {

    final FrameStream stream;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int chunksTaken = Integer.MAX_VALUE;
    private int read;

    ConnectedPage(FrameHub hub, Object client, Long after, String logId) {
        stream = new FrameStream(
                new MockAsyncContext(new MockHttpServletRequest(), new MockHttpServletResponse()),
                this,
                hub.frames(),
                new StreamStart(after, logId),
                new AdmittedRequest(null, client, () -> null),
                new HttpCall(
                        new CallObserver[0],
                        FramesServlet.METHOD,
                        new Metadata(),
                        InetSocketAddress.createUnresolved("localhost", 1)));
    }

    static ConnectedPage open(FrameHub hub, Long after, String logId) {
        ConnectedPage page = new ConnectedPage(hub, "client", after, logId);
        assertThat(hub.add(page.stream)).isNull();
        page.stream.writer().onWritePossible();
        return page;
    }

    /** Takes a number of chunks, and nothing more. */
    void stall(int chunks) {
        chunksTaken = chunks;
    }

    /** Takes everything. */
    void goOn() {
        chunksTaken = Integer.MAX_VALUE;
        stream.writer().onWritePossible();
    }

    /** Returns the events that have come since it was last asked, without comments. */
    List<Event> events() {
        String text = received.toString(StandardCharsets.UTF_8).substring(read);
        read += text.length();
        List<Event> events = new ArrayList<>();
        for (String event : text.split("\n\n")) {
            if (event.startsWith("event: ")) {
                String[] lines = event.split("\n");
                events.add(new Event(
                        lines[0].substring("event: ".length()),
                        JsonMapper.shared().readTree(lines[1].substring("data: ".length())),
                        event.length(),
                        0));
            }
        }
        return events;
    }

    @Override
    public boolean isReady() {
        return chunksTaken > 0;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(int single) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (!isReady()) {
            throw new IllegalStateException("This would block");
        }
        chunksTaken--;
        received.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        if (!isReady()) {
            throw new IllegalStateException("This would block");
        }
    }
}
