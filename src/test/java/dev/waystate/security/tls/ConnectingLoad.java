package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import io.grpc.ChannelCredentials;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A client that connects anew for each of its calls. */
final class ConnectingLoad implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final AtomicLong succeeded = new AtomicLong();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;

    private ConnectingLoad(ServerProcess server, ChannelCredentials credentials) {
        thread = new Thread(() -> connect(server, credentials), "connecting");
        thread.start();
    }

    static ConnectingLoad start(ServerProcess server, ChannelCredentials credentials) {
        return new ConnectingLoad(server, credentials);
    }

    private void connect(ServerProcess server, ChannelCredentials credentials) {
        while (!stopping) {
            try (Client client = Client.of(credentials, server)) {
                client.displacement();
                succeeded.incrementAndGet();
            } catch (Exception failure) {
                failures.add(failure);
            }
        }
    }

    void awaitSucceeded(long more) {
        long goal = succeeded.get() + more;
        await().atMost(TIMEOUT).until(() -> succeeded.get() >= goal);
    }

    /** Lets the last call finish, and returns what failed. */
    List<Throwable> finish() throws InterruptedException {
        stopping = true;
        thread.join(TIMEOUT.toMillis());
        assertThat(thread.isAlive()).isFalse();
        return failures;
    }

    @Override
    public void close() {
        stopping = true;
    }
}
