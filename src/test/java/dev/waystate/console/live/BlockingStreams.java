package dev.waystate.console.live;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** The control: streams that one thread writes to in turns, waiting for each. */
final class BlockingStreams extends HttpServlet {

    static final String PATH = "/test/blocking";

    private static final byte[] FRAME = (": " + "x".repeat(256 * 1024) + "\n\n").getBytes();

    private final transient List<AsyncContext> streams = new CopyOnWriteArrayList<>();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        response.setContentType("text/event-stream");
        response.flushBuffer();
        streams.add(async);
    }

    int streams() {
        return streams.size();
    }

    /** Writes to all until somebody interrupts it, or a stream is gone. */
    void writeOn() {
        try {
            while (!Thread.interrupted()) {
                for (AsyncContext stream : streams) {
                    stream.getResponse().getOutputStream().write(FRAME);
                    stream.getResponse().getOutputStream().flush();
                }
            }
        } catch (IOException | RuntimeException gone) {
            // the test has seen enough
        }
    }

    /** Makes a server serve the streams, if the test imports this. */
    static class Control {

        @Bean
        BlockingStreams blockingStreams() {
            return new BlockingStreams();
        }

        @Bean
        ServletRegistrationBean<BlockingStreams> blockingServlet(BlockingStreams streams) {
            return new ServletRegistrationBean<>(streams, BlockingStreams.PATH);
        }
    }
}
