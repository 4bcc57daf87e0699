package dev.waystate.statelog.rpc;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How state reports are taken in.
 *
 * @param reportsLogged how many reports of a stream are logged one by one, 0 to 1000, before only their number is
 * @param maxInfoLength the largest size of a report's info, in UTF-8, 0 to 512 KiB
 * @param heartbeat how often a follower without news hears that its stream is alive, 100 ms to 1 hour
 */
@Validated
@ConfigurationProperties("waystate.state-log")
record StateLogServiceProperties(
        @DefaultValue("10") @Min(0) @Max(1000) int reportsLogged,
        @DefaultValue("4KB") DataSize maxInfoLength,

        @DefaultValue("10s") @DurationMin(millis = 100) @DurationMax(hours = 1)
        Duration heartbeat) {

    private static final DataSize MAX_INFO_LENGTH = DataSize.ofKilobytes(512);

    StateLogServiceProperties {
        if (maxInfoLength.isNegative() || maxInfoLength.compareTo(MAX_INFO_LENGTH) > 0) {
            throw new IllegalArgumentException("waystate.state-log.max-info-length: expected 0 to 512KB, but it is "
                    + maxInfoLength.toBytes() + " bytes");
        }
    }
}
