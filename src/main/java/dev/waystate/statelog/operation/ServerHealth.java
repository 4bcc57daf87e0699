package dev.waystate.statelog.operation;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.Readiness;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.stereotype.Component;

/** Gives the server the health of its log. */
@Component
class ServerHealth implements LogHealth {

    private final FailStop failStop;
    private final Readiness readiness;

    ServerHealth(FailStop failStop, Readiness readiness) {
        this.failStop = failStop;
        this.readiness = readiness;
    }

    @Override
    public void unready() {
        readiness.change(ReadinessState.REFUSING_TRAFFIC);
    }

    @Override
    public void ready() {
        readiness.change(ReadinessState.ACCEPTING_TRAFFIC);
    }

    @Override
    public void failed(Throwable problem) {
        failStop.stop(problem);
    }
}
