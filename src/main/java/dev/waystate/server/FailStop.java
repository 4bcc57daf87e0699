package dev.waystate.server;

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

    private final ApplicationContext application;

    FailStop(ApplicationContext application) {
        this.application = application;
    }

    /** Turns health to NOT_SERVING at once, and has the process end when its open calls have. Does not block. */
    public void stop() {
        AvailabilityChangeEvent.publish(application, LivenessState.BROKEN);
        AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
        new Thread(() -> System.exit(SpringApplication.exit(application, () -> EXIT_CODE)), "fail-stop").start();
    }
}
