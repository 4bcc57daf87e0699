package dev.waystate.statelog.operation;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where and how state reports are kept.
 *
 * @param file the SQLite file; it and its directory are created where they are missing
 * @param readConnections how many reads may be at work at once, 1 to 100
 * @param retention which records are removed
 */
@Validated
@ConfigurationProperties("waystate.state-log")
public record StoreProperties(
        @DefaultValue("data/waystate.db") @NotNull Path file,
        @DefaultValue("4") @Min(1) @Max(100) int readConnections,
        @DefaultValue @Valid @NestedConfigurationProperty RetentionProperties retention) {}
