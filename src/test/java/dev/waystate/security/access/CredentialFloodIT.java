package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.MoreExecutors;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.security.jwt.JwtIssuer;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A network that floods a server of little memory with tokens whose signature is wrong. */
@Timeout(120)
class CredentialFloodIT {

    private static final String LITTLE_MEMORY = "JAVA_TOOL_OPTIONS=-Xmx96m -XX:MaxDirectMemorySize=48m";
    private static final String TOKEN = "some-token-0123456789";
    private static final String ATTACKER = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final int ATTEMPTS = 20_000;
    private static final int AT_ONCE = 200;
    private static final int BURST = 100;
    private static final int RATE = 10;

    /** By how much the server's memory may grow, in KiB. */
    private static final long MOST_GROWTH = 64 * 1024;

    /** How many times longer a call may take meanwhile. */
    private static final int MOST_SLOWDOWN = 5;

    @TempDir
    Path directory;

    private final JwtIssuer issuer = new JwtIssuer();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private ServerProcess server;

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.close();
        issuer.close();
    }

    @Test
    void costsLittleAndNobodyElseNotices() throws Exception {
        start(RATE);
        ManagedChannel attacker = connect(ATTACKER);
        ManagedChannel other = connect(OTHER);
        String verified = issuer.token(JwtIssuer.claims());
        List<Long> usual = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS / AT_ONCE; i++) {
            usual.add(time(other, verified));
        }
        long memoryBefore = memory("VmHWM");
        long began = System.nanoTime();

        List<Long> meanwhile = new ArrayList<>();
        Semaphore room = new Semaphore(AT_ONCE);
        String wrong = wrongToken();
        for (int i = 0; i < ATTEMPTS; i++) {
            room.acquire();
            attempt(attacker, wrong, room);
            if (i % AT_ONCE == 0) { // whoever is known, whoever is new and not from there
                call(attacker, verified);
                call(attacker, TOKEN);
                call(other, issuer.token(JwtIssuer.claims()));
                meanwhile.add(time(other, verified));
            }
        }
        room.acquire(AT_ONCE);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + 1;

        assertThat(refusals("wrong_signature")).isBetween((long) BURST, BURST + RATE * seconds);
        assertThat(refusals("wrong_signature") + refusals("too_many_refused")).isEqualTo(ATTEMPTS);
        assertThat(median(meanwhile)).isLessThan(MOST_SLOWDOWN * median(usual));
        assertThat(memory("VmHWM") - memoryBefore).isLessThan(MOST_GROWTH);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThatCode(() -> call(attacker, issuer.token(JwtIssuer.claims())))
                        .doesNotThrowAnyException());
    }

    /** The control. */
    @Test
    void costsASignatureEachWhereThereIsNoRate() throws Exception {
        start(0);
        ManagedChannel attacker = connect(ATTACKER);
        Semaphore room = new Semaphore(AT_ONCE);
        String wrong = wrongToken();
        for (int i = 0; i < 10 * BURST; i++) {
            room.acquire();
            attempt(attacker, wrong, room);
        }
        room.acquire(AT_ONCE);
        assertThat(refusals("wrong_signature")).isEqualTo(10 * BURST);
    }

    private void start(int rate) throws Exception {
        server = ServerProcess.startUnder(
                List.of("env", LITTLE_MEMORY),
                directory,
                "--waystate.security.refused-rate=" + rate,
                "--waystate.security.refused-burst=" + BURST,
                "--waystate.security.callers[0].name=known",
                "--waystate.security.callers[0].tokens=" + TOKEN,
                "--waystate.security.callers[0].permissions=displacement:compute",
                "--waystate.security.jwt.issuer=" + JwtIssuer.ISSUER,
                "--waystate.security.jwt.audience=" + JwtIssuer.AUDIENCE,
                "--waystate.security.jwt.jwks=" + issuer.jwks());
    }

    /** Connects from an address, which is a network of its own. */
    private ManagedChannel connect(String address) throws UnknownHostException {
        InetSocketAddress from = new InetSocketAddress(InetAddress.getByName(address), 0);
        ManagedChannel channel = NettyChannelBuilder.forAddress(ATTACKER, server.grpcPort())
                .usePlaintext()
                .localSocketPicker(new NettyChannelBuilder.LocalSocketPicker() {
                    @Override
                    public InetSocketAddress createSocketAddress(SocketAddress server, Attributes attributes) {
                        return from;
                    }
                })
                .build();
        channels.add(channel);
        return channel;
    }

    private static void call(ManagedChannel channel, String token) throws StatusRuntimeException {
        DisplacementServiceGrpc.newBlockingStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance());
    }

    /** Returns how long a call takes, in nanoseconds. */
    private static long time(ManagedChannel channel, String token) {
        long began = System.nanoTime();
        call(channel, token);
        return System.nanoTime() - began;
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static void attempt(ManagedChannel channel, String token, Semaphore room) {
        DisplacementServiceGrpc.newFutureStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance())
                .addListener(room::release, MoreExecutors.directExecutor());
    }

    private String wrongToken() {
        String[] parts = JwtIssuer.token(JWSAlgorithm.ES256, issuer.ec, JwtIssuer.claims())
                .split("\\.");
        return parts[0] + "." + parts[1] + "." + Base64URL.encode("x".repeat(64));
    }

    private long refusals(String reason) throws Exception {
        Pattern counter =
                Pattern.compile("(?m)^waystate_security_refusals_total\\{.*reason=\"" + reason + "\".*} (\\S+)$");
        return counter.matcher(Client.get(server, "/actuator/prometheus").body())
                .results()
                .mapToLong((MatchResult row) -> (long) Double.parseDouble(row.group(1)))
                .sum();
    }

    /** Returns a figure of the server's process in KiB. */
    private long memory(String name) throws Exception {
        Path status = Path.of("/proc", Long.toString(server.process().pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
