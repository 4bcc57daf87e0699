package dev.waystate.server;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The pool of threads for RPCs that may block.
 *
 * @param poolSize how many threads there are, 1 to 1000; it is also how many such RPCs can be at work at once
 * @param queueCapacity how many tasks wait for a thread, 0 to 1000000; further calls are refused with RESOURCE_EXHAUSTED
 */
@Validated
@ConfigurationProperties("waystate.executor")
record ExecutorProperties(
        @DefaultValue("10") @Min(1) @Max(1000) int poolSize,
        @DefaultValue("10000") @Min(0) @Max(1_000_000) int queueCapacity) {}
