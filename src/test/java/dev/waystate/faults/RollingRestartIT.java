package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.ops.Client;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All replicas are restarted, one after the other, while they are called, written to and followed. */
@Timeout(900)
class RollingRestartIT {

    private static final int ROUNDS = Math.max(1, Integer.getInteger("test.replica-rounds", 2) / 2);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int CALLS = 200;

    @TempDir
    Path directory;

    private final Map<Integer, AtomicLong> answers = new ConcurrentHashMap<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    @Test
    void noCallFailsAndNothingIsLost() throws Exception {
        String topic = "rolling-" + UUID.randomUUID();
        try (Replicas replicas =
                        Replicas.start(directory, 2, KafkaBroker.shared().bootstrap(), topic);
                Client client = Client.retrying(replicas.process(0), replicas.process(1));
                ReplicaFollower follower = new ReplicaFollower(replicas.ports());
                ReplicaLoad load = new ReplicaLoad()
                        .with(2, replicas.port(0), replicas.port(1))
                        .with(2, replicas.port(1), replicas.port(0))) {
            List<Thread> callers = startCallers(client);
            for (int round = 0; round < ROUNDS; round++) {
                for (int replica = 0; replica < replicas.size(); replica++) {
                    awaitAnswers(replicas.port(0), replicas.port(1)); // or the client could be left with none
                    load.awaitProgress(TIMEOUT);
                    assertThat(replicas.process(replica).terminate()).isEqualTo(143);
                    awaitAnswers(replicas.port(1 - replica));
                    replicas.comeBack(replica);
                }
            }
            awaitAnswers(replicas.port(0), replicas.port(1));
            load.awaitProgress(TIMEOUT);
            stopped = true;
            for (Thread caller : callers) {
                caller.join(TIMEOUT.toMillis());
            }
            load.finish();

            assertThat(failures).isEmpty();
            Contents contents = replicas.awaitAgreement();
            load.audit(contents);
            follower.assertSees(contents.records());
        } finally {
            stopped = true;
        }
    }

    /** The control: without the retries a replica that goes at once does cost calls. */
    @Tag("long")
    @Test
    void callsFailWithoutRetriesWhenAReplicaIsKilled() throws Exception {
        String topic = "killed-" + UUID.randomUUID();
        try (Replicas replicas =
                        Replicas.start(directory, 2, KafkaBroker.shared().bootstrap(), topic);
                Client client = Client.of(replicas.process(0), replicas.process(1))) {
            List<Thread> callers = startCallers(client);
            awaitAnswers(replicas.port(0), replicas.port(1));
            replicas.kill(0);
            awaitAnswers(replicas.port(1));
            stopped = true;
            for (Thread caller : callers) {
                caller.join(TIMEOUT.toMillis());
            }
            assertThat(failures).isNotEmpty();
        } finally {
            stopped = true;
        }
    }

    private List<Thread> startCallers(Client client) {
        Channel channel = ClientInterceptors.intercept(client.channel(), new AnswerCounter());
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean reads = i % 2 == 0;
            Thread caller = new Thread(() -> {
                while (!stopped) {
                    call(channel, reads);
                }
            });
            callers.add(caller);
            caller.start();
        }
        return callers;
    }

    private void call(Channel channel, boolean reads) {
        try {
            if (reads) {
                StateLogServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .getSummary(GetSummaryRequest.getDefaultInstance());
            } else {
                DisplacementServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .computeDisplacement(Displacement.getDefaultInstance());
            }
        } catch (RuntimeException failure) {
            failures.add(failure);
        }
    }

    /** Waits until each of these replicas has answered some more calls. */
    private void awaitAnswers(int... ports) {
        for (int port : ports) {
            AtomicLong answers = answers(port);
            long goal = answers.get() + CALLS;
            await().atMost(TIMEOUT).until(() -> answers.get() >= goal);
        }
    }

    private AtomicLong answers(int port) {
        return answers.computeIfAbsent(port, key -> new AtomicLong());
    }

    /** Counts the answers by the port that they come from. */
    private final class AnswerCounter implements ClientInterceptor {

        @Override
        public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
                MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<RespT> listener, Metadata headers) {
                    super.start(
                            new SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onMessage(RespT message) {
                                    SocketAddress from = getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
                                    answers(((InetSocketAddress) from).getPort())
                                            .incrementAndGet();
                                    super.onMessage(message);
                                }
                            },
                            headers);
                }
            };
        }
    }
}
