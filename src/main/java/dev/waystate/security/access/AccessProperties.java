package dev.waystate.security.access;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who may call.
 *
 * @param callers the callers, each with name, tokens, token-file, certificate, permissions and sources; nobody is asked
 *     for credentials while there are none, and no JWT is configured
 * @param refusedRate how many wrong credentials a second are examined for one network in the long run, 0 to 1000000; 0
 *     for any number
 * @param refusedBurst how many of them may come at once, and how many new ones may be under examination, 1 to 1000000
 */
@Validated
@ConfigurationProperties("waystate.security")
record AccessProperties(
        @DefaultValue List<Entry> callers,
        @DefaultValue("10") @Min(0) @Max(1_000_000) int refusedRate,
        @DefaultValue("1000") @Min(1) @Max(1_000_000) int refusedBurst) {

    /**
     * One caller. {@link ConfiguredCallers} checks it, since the binder's own errors may quote values.
     *
     * @param name its name, which is also the source of its reports where they name none
     * @param tokens its tokens, any of which is accepted
     * @param tokenFile a file of tokens, one a line
     * @param certificate a name that its client certificate has
     * @param permissions what it may do
     * @param sources which sources it may write, exact or with a {@code *} at the end; all when empty
     */
    record Entry(
            @DefaultValue("") String name,
            @DefaultValue List<TokenHash> tokens,
            @Nullable Path tokenFile,
            @Nullable String certificate,
            @DefaultValue List<String> permissions,
            @DefaultValue List<String> sources) {}
}
