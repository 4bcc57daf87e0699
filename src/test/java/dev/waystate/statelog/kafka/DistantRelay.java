package dev.waystate.statelog.kafka;

import dev.waystate.KafkaBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Passes connections to a broker, and all that goes over them later, as if the broker were far from its clients. */
final class DistantRelay implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ScheduledExecutorService passing = Executors.newSingleThreadScheduledExecutor(DistantRelay::daemon);
    private final long delayMillis;
    private volatile int serverPort;
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

    /** @param delayMillis how long each way takes */
    DistantRelay(long delayMillis) throws IOException {
        this.delayMillis = delayMillis;
    }

    /** Lets each direction of a connection take at most so many bytes a second from here on. */
    void limit(int bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Returns the address, for {@code bootstrap.servers}. */
    String bootstrap() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Starts a broker that its clients reach through this relay. */
    KafkaBroker startBroker(Path directory) throws IOException {
        return KafkaBroker.start(directory, port -> {
            serverPort = port;
            daemon(this::accept).start();
            return "advertised.listeners=BROKER://" + bootstrap();
        });
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                daemon(() -> connect(client)).start();
            }
        } catch (IOException closed) {
            // nobody comes any more
        }
    }

    private void connect(Socket client) {
        try (client) {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            daemon(() -> pass(server, client)).start();
            pass(client, server);
        } catch (IOException refused) {
            // the server is down
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[64 * 1024];
        try (from) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                byte[] passed = Arrays.copyOf(buffer, read);
                later(() -> out.write(passed));
                Thread.sleep(1_000L * read / bytesPerSecond);
            }
        } catch (IOException | InterruptedException gone) {
            // and so goes the other side
        }
        later(to::close);
    }

    private void later(Action action) {
        try {
            passing.schedule(
                    () -> {
                        action.run();
                        return null;
                    },
                    delayMillis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // nobody waits for it any more
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "distant-relay");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        passing.shutdownNow();
    }

    private interface Action {
        void run() throws IOException;
    }
}
