package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.Moment;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.StateLog;
import org.springframework.stereotype.Component;

/** Finds the positions of the moments that requests name. */
@Component
class Moments {

    private final StateLog stateLog;

    Moments(StateLog stateLog) {
        this.stateLog = stateLog;
    }

    /**
     * Returns the position of the newest record that was there at a moment. May block.
     *
     * @throws InvalidRequestException if the moment is missing, or out of range
     */
    long position(String field, Moment moment) {
        return switch (moment.getMomentCase()) {
            case POSITION -> {
                if (moment.getPosition() < 0) {
                    throw new InvalidRequestException(
                            field + ".position", "expected a position from 0 on, but it is " + moment.getPosition());
                }
                yield moment.getPosition();
            }
            case TIME -> stateLog.positionAt(Fields.time(field + ".time", moment.getTime()));
            case MOMENT_NOT_SET -> throw new InvalidRequestException(field, "expected a position or a time");
        };
    }
}
