package dev.waystate.statelog.kafka;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The topic that is the log of all replicas. How to reach it stands under {@code spring.kafka}.
 *
 * @param topic its name; empty: the log is that of this process alone
 * @param createReplicas creates the topic where it is missing, kept by so many brokers, 1 to 9; 0 creates nothing
 * @param maxLag how far the view may be behind the topic for the server to be ready, from 1 s
 */
@Validated
@ConfigurationProperties("waystate.state-log.kafka")
record ReplicationProperties(
        @DefaultValue("") String topic,
        @DefaultValue("0") @Min(0) @Max(9) int createReplicas,
        @DefaultValue("30s") @DurationMin(seconds = 1) Duration maxLag) {}
