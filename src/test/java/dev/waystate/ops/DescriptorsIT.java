package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More connections than the system lets the process have. */
@Timeout(120)
class DescriptorsIT {

    private static final int MOST_DESCRIPTORS = 256;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TOLD = "No connection can be accepted: ";

    @TempDir
    Path directory;

    @Test
    void wantOfDescriptorsIsToldOnceAndHeals() throws Exception {
        List<String> limited = List.of("sh", "-c", "ulimit -n " + MOST_DESCRIPTORS + "; exec \"$@\"", "sh");
        List<Socket> sockets = new ArrayList<>();
        try (ServerProcess server = ServerProcess.startUnder(limited, directory);
                Client client = Client.of(server)) {
            client.streamState(1);
            try {
                for (int i = 0; i < MOST_DESCRIPTORS; i++) {
                    sockets.add(new Socket(InetAddress.getLoopbackAddress(), server.grpcPort()));
                }
                await().atMost(SOON).until(() -> server.output().stream().anyMatch(line -> line.contains(TOLD)));
                client.streamState(1); // by the connection that it has
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            try (Client late = Client.of(server)) {
                late.streamState(1);
            }
            assertThat(server.output())
                    .noneMatch(line -> line.startsWith("\tat "))
                    .filteredOn(line -> line.contains(TOLD))
                    .singleElement()
                    .asString()
                    .contains("Too many open files", "ulimit -n");
        }
    }
}
