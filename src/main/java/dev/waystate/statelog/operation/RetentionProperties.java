package dev.waystate.statelog.operation;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which records are removed. Whatever is removed, sources keep their latest states.
 *
 * @param maxAge records older than this are removed; 0 keeps all
 * @param maxRecords the oldest records beyond this many are removed; 0 keeps all
 */
public record RetentionProperties(
        @DefaultValue("0s") @DurationMin(seconds = 0) Duration maxAge,
        @DefaultValue("0") @Min(0) long maxRecords) {

    /** Keeps everything. */
    public static final RetentionProperties OFF = new RetentionProperties(Duration.ZERO, 0);

    public boolean isOn() {
        return !maxAge.isZero() || maxRecords > 0;
    }
}
