package dev.waystate.security.access;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The streams that callers have open: ends each within a second of when its credential has ceased to hold. */
@Component
class LiveStreams {

    private static final Logger log = LoggerFactory.getLogger(LiveStreams.class);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    private final Set<LiveStream<?>> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "credentials"));
    private final DenialReporter denials;

    LiveStreams(DenialReporter denials) {
        this.denials = denials;
        long interval = CHECK_INTERVAL.toMillis();
        timer.scheduleWithFixedDelay(this::check, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns the listener of a stream that ends with its credential.
     *
     * @param call may be closed by any thread
     */
    <ReqT> Listener<ReqT> watch(Credential credential, ServerCall<ReqT, ?> call, Listener<ReqT> listener) {
        LiveStream<ReqT> stream = new LiveStream<>(credential, call, listener);
        streams.add(stream);
        return stream;
    }

    int count() {
        return streams.size();
    }

    private void check() {
        Instant now = Instant.now();
        for (LiveStream<?> stream : streams) {
            try {
                stream.endUnlessValidAt(now);
            } catch (RuntimeException problem) {
                log.error("A stream whose credential has expired could not be ended", problem);
            }
        }
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }

    /** To its service, a stream that has ended here is a cancelled one. */
    private final class LiveStream<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final Credential credential;
        private final ServerCall<ReqT, ?> call;
        private volatile boolean expired;

        LiveStream(Credential credential, ServerCall<ReqT, ?> call, Listener<ReqT> listener) {
            super(listener);
            this.credential = credential;
            this.call = call;
        }

        void endUnlessValidAt(Instant now) {
            if (expired || credential.isValidAt(now)) {
                return;
            }
            expired = true;
            String method = call.getMethodDescriptor().getFullMethodName();
            call.close(
                    denials.deny(
                            DenialReason.EXPIRED, method, credential.caller().name()),
                    new Metadata());
        }

        @Override
        public void onMessage(ReqT message) {
            if (!expired) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!expired) {
                super.onHalfClose();
            }
        }

        @Override
        public void onComplete() {
            streams.remove(this);
            if (expired) {
                super.onCancel();
            } else {
                super.onComplete();
            }
        }

        @Override
        public void onCancel() {
            streams.remove(this);
            super.onCancel();
        }
    }
}
