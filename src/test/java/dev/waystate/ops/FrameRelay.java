package dev.waystate.ops;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes connections on to a server and counts the HTTP/2 frames that go by: what was really sent and answered, whatever
 * the client counts.
 */
final class FrameRelay implements AutoCloseable {

    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int DATA = 0x0;
    private static final int HEADERS = 0x1;
    private static final int END_STREAM = 0x1;

    private final ServerSocket listener;
    private final int serverPort;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong responseMessages = new AtomicLong();
    private final AtomicLong ends = new AtomicLong();

    FrameRelay(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("relay", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns how many requests the server was sent. */
    long requests() {
        return requests.get();
    }

    /** Returns how many DATA frames came back: of a unary call, one when it succeeds and none when it fails. */
    long responseMessages() {
        return responseMessages.get();
    }

    /** Returns how many requests the server answered to their end. */
    long ends() {
        return ends.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            start("relay-requests", () -> pass(client, server, PREFACE_BYTES, this::countRequest));
            start("relay-responses", () -> pass(server, client, 0, this::countResponse));
        }
    }

    private void countRequest(int type, int flags) {
        if (type == HEADERS) {
            requests.incrementAndGet();
        }
    }

    private void countResponse(int type, int flags) {
        if (type == DATA) {
            responseMessages.incrementAndGet();
        } else if (type == HEADERS && (flags & END_STREAM) != 0) {
            ends.incrementAndGet();
        }
    }

    private static void pass(Socket from, Socket to, int prefaceBytes, FrameCounter counter) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
            OutputStream out = new BufferedOutputStream(to.getOutputStream());
            out.write(in.readNBytes(prefaceBytes));
            byte[] header = in.readNBytes(FRAME_HEADER_BYTES);
            while (header.length == FRAME_HEADER_BYTES) {
                int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
                byte[] payload = in.readNBytes(length);
                counter.count(header[3], header[4]);
                out.write(header);
                out.write(payload);
                if (in.available() == 0) {
                    out.flush();
                }
                header = in.readNBytes(FRAME_HEADER_BYTES);
            }
            out.flush();
        }
    }

    private static void start(String name, Passing passing) {
        Thread thread = new Thread(
                () -> {
                    try {
                        passing.run();
                    } catch (IOException closed) {
                        // one of the two sides has gone, and so does the other
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private interface FrameCounter {
        void count(int type, int flags);
    }

    private interface Passing {
        void run() throws IOException;
    }
}
