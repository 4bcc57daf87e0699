package dev.waystate.security.access;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call.
 *
 * @param callers the callers, each with name, tokens, token-file, certificate, permissions and sources; nobody is asked
 *     for credentials while there are none, and no JWT is configured
 */
@ConfigurationProperties("waystate.security")
record CallersProperties(@DefaultValue List<Entry> callers) {

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
