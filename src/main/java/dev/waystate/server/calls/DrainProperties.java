package dev.waystate.server.calls;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the server stops.
 *
 * @param drainDelay how long calls are still accepted after health has turned to NOT_SERVING, 0 to 1 minute: the time
 *     that load balancers need to notice
 */
@Validated
@ConfigurationProperties("waystate.server")
record DrainProperties(
        @DefaultValue("0s") @DurationMin(seconds = 0) @DurationMax(minutes = 1)
        Duration drainDelay) {}
