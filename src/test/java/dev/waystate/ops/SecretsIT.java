package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import dev.waystate.cli.CommandRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that the server and its clients are given turn up in nothing that they print, serve or show of themselves. */
@Timeout(120)
class SecretsIT {

    private static final String CANARY = "canary";
    private static final String FILE_TOKEN = CANARY + "-of-a-file-4e1f0c7d";
    private static final String ENVIRONMENT_TOKEN = CANARY + "-of-the-environment-93b1";
    private static final String WRONG_TOKEN = CANARY + ".wrong.eyJhbGciOiJub25lIn0";
    private static final String NO_TOKEN = CANARY + " with spaces in it";
    private static final String STORE_PASSWORD = CANARY + "-of-a-key-store";
    private static final String BUNDLE = "SPRING_SSL_BUNDLE_JKS_SERVER_";
    private static final String CALLER = "WAYSTATE_SECURITY_CALLERS_";

    @TempDir
    Path directory;

    @Test
    void noTokenIsPrintedServedOrSeenInAProcess() throws Exception {
        Path tokens = file("tokens", FILE_TOKEN);
        try (ServerProcess server = ServerProcess.startUnder(
                List.of(
                        "env",
                        CALLER + "0_NAME=farm",
                        CALLER + "0_TOKENFILE=" + tokens,
                        CALLER + "0_PERMISSIONS=state:read",
                        CALLER + "1_NAME=gateway",
                        CALLER + "1_TOKENS=" + ENVIRONMENT_TOKEN,
                        CALLER + "1_PERMISSIONS=state:write"),
                directory)) {
            List<String> seen = new ArrayList<>();
            seen.add(command(server, 0, "summary", "--token-file", tokens.toString()));
            Path environmentToken = file("environment-token", ENVIRONMENT_TOKEN);
            seen.add(command(server, 64 + 7, "summary", "--token-file", environmentToken.toString()));
            Path wrong = file("wrong", WRONG_TOKEN);
            seen.add(command(server, 64 + 16, "summary", "--token-file", wrong.toString()));
            seen.add(command(
                    server, 2, "summary", "--token-file", file("none", NO_TOKEN).toString()));
            seen.add(processOfAFollower(server, tokens));
            seen.add(Files.readString(proc(server.process(), "cmdline")));
            for (String path : List.of("/actuator", "/actuator/health", "/actuator/prometheus", "/" + "none")) {
                seen.add(Client.get(server, path).body());
            }
            assertThat(server.terminate()).isEqualTo(143);
            seen.add(String.join("\n", server.output()));
            assertThat(seen).allMatch(text -> !text.isBlank()).noneMatch(SecretsIT::hasSecret);
        }
    }

    @Test
    void theRefusalOfAWrongConfigurationDoesNotQuoteIt() throws Exception {
        try (ServerProcess server = ServerProcess.launch(
                directory,
                List.of(
                        "env",
                        CALLER + "0_NAME=farm",
                        CALLER + "0_TOKENS=" + NO_TOKEN,
                        CALLER + "0_PERMISSIONS=none"))) {
            assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process().exitValue()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> String.join("\n", server.output()).contains("waystate.security.callers[0]"));
            assertThat(String.join("\n", server.output())).matches(text -> !hasSecret(text));
        }
    }

    @Test
    void thePasswordOfAKeyStoreIsNotPrintedOrServedNorWhenTheStoreTurnsBad() throws Exception {
        Path store = keyStore();
        try (ServerProcess server = ServerProcess.startUnder(withKeyStore(store, STORE_PASSWORD), directory)) {
            Files.writeString(store, "none");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> String.join("\n", server.output()).contains("successor is wrong"));
            List<String> seen = new ArrayList<>();
            seen.add(Files.readString(proc(server.process(), "cmdline")));
            for (String path : List.of("/actuator", "/actuator/health", "/actuator/prometheus")) {
                seen.add(Client.get(server, path).body());
            }
            seen.add(String.join("\n", server.output()));
            assertThat(seen).allMatch(text -> !text.isBlank()).noneMatch(SecretsIT::hasSecret);
        }
    }

    @Test
    void aWrongPasswordOfAKeyStoreIsNotQuoted() throws Exception {
        try (ServerProcess server =
                ServerProcess.launch(directory, withKeyStore(keyStore(), STORE_PASSWORD + "-that-is-wrong"))) {
            assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process().exitValue()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> String.join("\n", server.output()).contains("spring.ssl.bundle.jks.server"));
            assertThat(String.join("\n", server.output())).matches(text -> !hasSecret(text));
        }
    }

    private Path keyStore() throws Exception {
        Path file = directory.resolve("server.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            TlsFiles.selfSigned(directory, "server")
                    .bundle()
                    .toKeyStore(STORE_PASSWORD.toCharArray())
                    .store(out, STORE_PASSWORD.toCharArray());
        }
        return file;
    }

    private static List<String> withKeyStore(Path store, String password) {
        return List.of(
                "env",
                BUNDLE + "KEYSTORE_LOCATION=" + store,
                BUNDLE + "KEYSTORE_PASSWORD=" + password,
                "SPRING_SSL_BUNDLE_WATCH_FILE_QUIETPERIOD=100ms",
                "WAYSTATE_SECURITY_TLS_BUNDLE=server");
    }

    /** The page about security warns of this one; it shows that the search finds what leaks. */
    @Test
    void aTokenOnTheCommandLineIsSeenByEverybody() throws Exception {
        try (ServerProcess server = ServerProcess.start(
                directory,
                "--waystate.security.callers[0].name=farm",
                "--waystate.security.callers[0].tokens=" + FILE_TOKEN,
                "--waystate.security.callers[0].permissions=state:read")) {
            assertThat(Files.readString(proc(server.process(), "cmdline"))).matches(SecretsIT::hasSecret);
        }
    }

    /** Returns what anybody may see of a client while it runs, and what its user may. */
    private String processOfAFollower(ServerProcess server, Path tokens) throws Exception {
        List<String> words = command(server, "read", "--follow", "--token-file", tokens.toString());
        try (Command follower = Command.start(directory, words)) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            Client.get(server, "/actuator/prometheus").body().contains("waystate_log_followers 1.0"));
            return Files.readString(proc(follower.process(), "cmdline"))
                    + new String(Files.readAllBytes(proc(follower.process(), "environ")), StandardCharsets.ISO_8859_1)
                    + follower.output();
        }
    }

    private String command(ServerProcess server, int exitCode, String... arguments) throws Exception {
        CommandRun run = CommandRun.of(directory, "", command(server, arguments));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        return run.out() + run.err();
    }

    private static List<String> command(ServerProcess server, String... arguments) {
        List<String> words = ServerProcess.command(arguments);
        words.addAll(List.of("--target", server.target()));
        return words;
    }

    private Path file(String name, String token) throws IOException {
        return Files.writeString(directory.resolve(name), token + "\n");
    }

    private static Path proc(Process process, String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    private static boolean hasSecret(String text) {
        return Stream.of(FILE_TOKEN, ENVIRONMENT_TOKEN, WRONG_TOKEN, NO_TOKEN, STORE_PASSWORD)
                .flatMap(secret -> Stream.of(
                        secret, CANARY, Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.US_ASCII))))
                .anyMatch(text::contains);
    }
}
