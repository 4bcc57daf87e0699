package dev.waystate.server.lifecycle;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Ends the process when it cannot do its work any more, so that it is started again from what is on disk. The exit code
 * is 74, EX_IOERR of BSD's sysexits.h.
 */
@Component
public class FailStop {

    static final int EXIT_CODE = 74;

    /** The most time for an orderly end. One that hangs, as on a disk that does not answer, is cut short. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(FailStop.class);

    /** Made in advance: it is needed when nothing can be made. */
    private static final byte[] OUT_OF_MEMORY =
            "Waystate is out of memory and ends with exit code 74\n".getBytes(StandardCharsets.US_ASCII);

    private final ApplicationContext application;
    private final AtomicBoolean stopping = new AtomicBoolean();

    FailStop(ApplicationContext application) {
        this.application = application;
    }

    /**
     * Ends the process. If memory has run out, it ends at once, since an orderly end needs some. Otherwise health turns
     * to NOT_SERVING at once, and the process ends when its open calls have, or after 30 seconds. Does not block. Only
     * the first call counts.
     *
     * @param reason why the server cannot go on
     */
    public void stop(Throwable reason) {
        if (OutOfMemory.isCauseOf(reason)) {
            halt();
        }
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        try {
            log.error("The server cannot go on, and ends with exit code {}: {}", EXIT_CODE, reason.toString());
            start("fail-stop-deadline", true, () -> {
                LockSupport.parkNanos(DEADLINE.toNanos());
                Runtime.getRuntime().halt(EXIT_CODE);
            });
            AvailabilityChangeEvent.publish(application, LivenessState.BROKEN);
            AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
            // No daemon: once the servers have stopped it is the only thread, and its exit code counts.
            start("fail-stop", false, () -> System.exit(SpringApplication.exit(application, () -> EXIT_CODE)));
        } catch (OutOfMemoryError noThread) {
            halt();
        }
    }

    private static void start(String name, boolean daemon, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(daemon);
        thread.start();
    }

    private static void halt() {
        try (FileOutputStream stderr = new FileOutputStream(FileDescriptor.err)) {
            stderr.write(OUT_OF_MEMORY);
        } catch (IOException | OutOfMemoryError unsaid) {
            // The exit code says it, too.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
