package dev.waystate.server.limits;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Passes connections on to a server, and is in no hurry: after so many bytes of a client's it lets one pass at a time,
 * ten a second, or none. What the server answers passes at once.
 */
final class SlowRelay implements AutoCloseable {

    private static final long PAUSE_MILLIS = 100;

    private final ServerSocket listener;
    private final int serverPort;
    private final int quickBytes;
    private final boolean trickles;

    SlowRelay(int serverPort, int quickBytes, boolean trickles) throws IOException {
        this.serverPort = serverPort;
        this.quickBytes = quickBytes;
        this.trickles = trickles;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            server.setTcpNoDelay(true);
            start(() -> passRequests(client, server));
            start(() -> passAll(server.getInputStream(), client.getOutputStream()));
        }
    }

    private void passRequests(Socket client, Socket server) throws IOException, InterruptedException {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int left = quickBytes; left > 0; ) {
            int read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                return;
            }
            out.write(buffer, 0, read);
            left -= read;
        }
        for (int next = in.read(); next >= 0; next = in.read()) {
            Thread.sleep(trickles ? PAUSE_MILLIS : Long.MAX_VALUE);
            out.write(next);
        }
    }

    private static void passAll(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    private static void start(Passing passing) {
        Thread thread = new Thread(
                () -> {
                    try {
                        passing.run();
                    } catch (IOException | InterruptedException closed) {
                        // one of the two sides has gone, and so does the other
                    }
                },
                "slow-relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private interface Passing {
        void run() throws IOException, InterruptedException;
    }
}
