package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.TlsFiles;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The clients and servers of another implementation of TLS, which can be told to offer what Java would not. */
final class OpenSsl {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int FRAME_HEADER_BYTES = 9;
    private static final byte[] REQUEST =
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0").getBytes(StandardCharsets.ISO_8859_1);

    private OpenSsl() {}

    static boolean isInstalled() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "openssl")));
    }

    /**
     * Connects a client and begins HTTP/2.
     *
     * @return whether the server has answered with as much as the header of a frame, and did not just end the connection
     */
    static boolean isServed(int port, TlsFiles authority, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-quiet", "-connect", "localhost:" + port));
        command.addAll(List.of("-CAfile", authority.certificate().toString(), "-verify_return_error"));
        command.addAll(List.of(options));
        Process client = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        CompletableFuture<Boolean> late =
                new CompletableFuture<Boolean>().completeOnTimeout(true, DEADLINE.toSeconds(), TimeUnit.SECONDS);
        late.thenRun(client::destroyForcibly);
        try (InputStream answer = client.getInputStream()) {
            try {
                client.getOutputStream().write(REQUEST);
                client.getOutputStream().flush();
            } catch (IOException refused) {
                return false;
            }
            boolean served = answer.readNBytes(FRAME_HEADER_BYTES).length == FRAME_HEADER_BYTES;
            assertThat(late).as("the server decided in time").isNotDone();
            return served;
        } finally {
            late.complete(false);
        }
    }

    /** A server that takes whatever a client offers, asks for certificates without looking at them, and answers. */
    static final class PermissiveServer implements AutoCloseable {

        private final int port = freePort();
        private final Process process;

        PermissiveServer(TlsFiles identity) throws IOException {
            process = new ProcessBuilder(
                            "openssl",
                            "s_server",
                            "-accept",
                            "127.0.0.1:" + port,
                            "-rev",
                            "-verify",
                            "1",
                            "-cert",
                            identity.certificate().toString(),
                            "-key",
                            identity.key().toString(),
                            "-cipher",
                            "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Awaitility.await().atMost(DEADLINE).ignoreExceptions().until(() -> {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return true;
            });
        }

        int port() {
            return port;
        }

        private static int freePort() {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException none) {
                throw new IllegalStateException(none);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
