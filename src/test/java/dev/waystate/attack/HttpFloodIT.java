package dev.waystate.attack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import dev.waystate.proto.Status;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests over HTTP that never end, and answers that nobody reads, while somebody else uses the server. */
@Timeout(120)
class HttpFloodIT {

    private static final int CONNECTIONS = 2_500;

    /** More than Tomcat has threads, and less than it takes connections. */
    private static final int BODIES = 250;

    private static final int TIMEOUT_MILLIS = 5_000;
    private static final Duration ATTACK = Duration.ofSeconds(2);

    @TempDir
    static Path directory;

    private static SmallServer server;

    @BeforeAll
    static void start() throws Exception {
        server = SmallServer.startUnder(List.of(), directory.resolve("small"));
        server.fill("cow", Status.OK, 100, 1024);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void headersThatNeverEndTakeNoMoreThanThereIs() throws Exception {
        assertHarmless("GET /api/summary HTTP/1.1\r\nHost: a\r\nX: ");
    }

    @Test
    void streamsThatAreNeverReadTakeNoMoreThanThereIs() throws Exception {
        assertHarmless("GET /api/records?follow=true HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static void assertHarmless(String request) throws Exception {
        List<SocketChannel> attackers = new ArrayList<>();
        try (Bystander bystander = new Bystander(server.process())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel attacker = SocketChannel.open();
                attackers.add(attacker);
                attacker.configureBlocking(false);
                attacker.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), server.process().httpPort()));
            }
            List<SocketChannel> silent = new ArrayList<>(attackers);
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < ATTACK.toNanos()) {
                silent.removeIf(attacker -> send(attacker, request));
                bystander.medianTimes(Duration.ofMillis(100));
            }
            assertThat(server.process().process().isAlive()).isTrue();
        } finally {
            for (SocketChannel attacker : attackers) {
                attacker.close();
            }
        }
    }

    /** Returns whether nothing more can be sent. */
    private static boolean send(SocketChannel attacker, String request) {
        try {
            return attacker.finishConnect() && attacker.write(ByteBuffer.wrap(request.getBytes(US_ASCII))) > 0;
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void bodiesThatNeverEndAreRefusedAndHoldNoThread() throws Exception {
        List<Socket> attackers = new ArrayList<>();
        try {
            for (int i = 0; i < BODIES; i++) {
                attackers.add(request("Content-Length: 1000000\r\n\r\nx"));
                attackers.add(request("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"));
                assertThat(answer(attackers.get(2 * i))).contains(" 413 ", "without a body");
                assertThat(answer(attackers.get(2 * i + 1))).contains(" 413 ", "without a body");
            }
            assertThat(statusOfHealth()).isEqualTo(200);
        } finally {
            for (Socket attacker : attackers) {
                attacker.close();
            }
        }
    }

    private static Socket request(String headersAndBody) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.process().httpPort());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream()
                .write(("GET /api/summary HTTP/1.1\r\nHost: a\r\n" + headersAndBody).getBytes(US_ASCII));
        return socket;
    }

    /** Returns what comes until the server closes the connection. */
    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }

    private static int statusOfHealth() throws IOException {
        ServerProcess process = server.process();
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://localhost:" + process.httpPort() + "/actuator/health")
                        .toURL()
                        .openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection.getResponseCode();
    }
}
