package dev.waystate.statelog.rpc;

import static org.awaitility.Awaitility.await;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** A reader that stops reading, over a real connection. */
@SpringBootTest(
        webEnvironment = WebEnvironment.NONE,
        properties = {"grpc.server.port=0", "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db"})
class StalledReaderIT {

    private static final int CLIENT_WINDOW_BYTES = 65_535;
    private static final long LOG_BYTES = 50L * 1024 * 1024;
    private static final long MOST_HELD_BYTES = 2L * 1024 * 1024;

    /** Counts what the service hands to the transport. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Probe {

        final AtomicLong outboundBytes = new AtomicLong();
        volatile int port;

        @EventListener
        void started(GrpcServerStartedEvent event) {
            port = event.getPort();
        }

        @Bean
        GrpcServerConfigurer outboundBytes() {
            return server -> server.addStreamTracerFactory(new ServerStreamTracer.Factory() {
                @Override
                public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                    return new ServerStreamTracer() {
                        @Override
                        public void outboundUncompressedSize(long bytes) {
                            outboundBytes.addAndGet(bytes);
                        }
                    };
                }
            });
        }
    }

    @Autowired
    Probe probe;

    @Autowired
    StateLog stateLog;

    @Test
    void aStalledFollowerCostsNoMemoryAndIsNotDropped() {
        String info = "x".repeat(4_000);
        List<Report> batch = Collections.nCopies(500, new Report(1, info, null));
        for (long bytes = 0; bytes < LOG_BYTES; bytes += batch.size() * (long) info.length()) {
            stateLog.append(new Batch("a", Batch.UNNUMBERED, batch))
                    .toCompletableFuture()
                    .join();
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", probe.port)
                .flowControlWindow(CLIENT_WINDOW_BYTES)
                .usePlaintext()
                .build();
        try {
            StallingReader reader = new StallingReader();
            StateLogServiceGrpc.newStub(channel)
                    .read(ReadRequest.newBuilder().setFollow(true).build(), reader);
            await().atMost(Duration.ofSeconds(20)).until(() -> probe.outboundBytes.get() > CLIENT_WINDOW_BYTES);
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> probe.outboundBytes.get() < MOST_HELD_BYTES);
            reader.requests.request(Integer.MAX_VALUE);
            await().atMost(Duration.ofSeconds(60)).until(() -> reader.position == stateLog.head());
        } finally {
            channel.shutdownNow();
        }
    }

    /** Takes nothing until it is told to. */
    private static final class StallingReader implements ClientResponseObserver<ReadRequest, ReadResponse> {

        private volatile ClientCallStreamObserver<ReadRequest> requests;
        private volatile long position;

        @Override
        public void beforeStart(ClientCallStreamObserver<ReadRequest> requests) {
            this.requests = requests;
            requests.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(ReadResponse response) {
            position = response.getPosition();
        }

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onCompleted() {}
    }
}
