package dev.waystate.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/** Ends the process when it cannot do its work any more, so that it is started again from what is on disk. */
@Component
public class FailStop {

    /** The exit code of a process that failed to write, EX_IOERR of BSD's sysexits.h. */
    static final int EXIT_CODE = 74;

    /** For an orderly end; one that hangs, on a disk that does not answer, is cut short. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final ApplicationContext application;

    FailStop(ApplicationContext application) {
        this.application = application;
    }

    /**
     * Turns health to NOT_SERVING at once, and has the process end when its open calls have, or after 30 seconds. Does
     * not block.
     */
    public void stop() {
        Thread deadline = new Thread(
                () -> {
                    LockSupport.parkNanos(DEADLINE.toNanos());
                    Runtime.getRuntime().halt(EXIT_CODE);
                },
                "fail-stop-deadline");
        deadline.setDaemon(true);
        deadline.start();
        AvailabilityChangeEvent.publish(application, LivenessState.BROKEN);
        AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
        // No daemon: once the servers have stopped it is the only thread, and the exit code is to be its own.
        new Thread(() -> System.exit(SpringApplication.exit(application, () -> EXIT_CODE)), "fail-stop").start();
    }
}
