package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page that reads its stream of frames as fast as it comes. */
final class LivePage implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String END = "end";

    private final HttpResponse<InputStream> response;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /**
     * @param type of the event; "comment" and "end" for a comment, and the end of the stream
     * @param bytes how many characters it has
     */
    record Event(String type, JsonNode data, int bytes, long nanos) {}

    private LivePage(HttpResponse<InputStream> response) {
        this.response = response;
        if (response.statusCode() == 200) {
            Thread reader = new Thread(this::readAll, "live-page");
            reader.setDaemon(true);
            reader.start();
        }
    }

    /** Opens a stream; the headers are names and values in turns. */
    static LivePage open(int port, String query, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path(query)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new LivePage(CLIENT.send(request.build(), BodyHandlers.ofInputStream()));
    }

    /** Opens a stream that nobody reads. */
    static Socket openUnread(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Opens a stream from an address, and returns the headers of the answer. */
    static String headers(int port, InetAddress from, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0)) {
            String more = Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
            socket.getOutputStream()
                    .write(("GET " + path("") + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .lines()
                    .takeWhile(line -> !line.isEmpty())
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    }

    static String path(String query) {
        return FramesServlet.PATH + (query.isEmpty() ? "" : "?" + query);
    }

    HttpResponse<InputStream> response() {
        return response;
    }

    /** Returns the whole body of an answer that is no stream. */
    JsonNode problem() {
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        return JsonMapper.shared().readTree(response.body());
    }

    /** Returns the next event. */
    Event next() throws InterruptedException {
        Event event = events.poll(15, TimeUnit.SECONDS);
        assertThat(event).as("an event within 15 seconds").isNotNull();
        return event;
    }

    /** Returns the next event that is no comment, and no frame without news. */
    Event nextNews() throws InterruptedException {
        Event event = next();
        while (event.type().equals("comment")
                || event.type().equals("frame") && event.data().get("count").asLong() == 0) {
            event = next();
        }
        return event;
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String type = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    type = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    add(type, JsonMapper.shared().readTree(line.substring("data: ".length())), line.length());
                } else if (line.startsWith(":")) {
                    add("comment", JsonMapper.shared().createObjectNode(), line.length());
                }
            }
        } catch (IOException cut) {
            // as good as an end
        } finally {
            add(END, JsonMapper.shared().createObjectNode(), 0);
        }
    }

    private void add(String type, JsonNode data, int bytes) {
        events.add(new Event(type, data, bytes, System.nanoTime()));
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
