package dev.waystate.security.access;

import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.text.Names;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The callers that are configured by name, with their tokens and certificates. Token files are read every second. If a
 * file is wrong, or differs from what it was a second ago, the tokens in use stay.
 */
@Component
class ConfiguredCallers {

    private static final Logger log = LoggerFactory.getLogger(ConfiguredCallers.class);

    private static final String KEY = "waystate.security.callers";
    private static final Duration READ_INTERVAL = Duration.ofSeconds(1);

    private final List<ConfiguredCaller> callers = new ArrayList<>();
    private final Map<ConfiguredCaller, List<TokenHash>> lastRead = new HashMap<>();
    private final Map<ConfiguredCaller, String> fileProblems = new HashMap<>();

    /** @throws InvalidPropertyException if an entry is wrong or incomplete */
    ConfiguredCallers(AccessProperties properties, Scheduler scheduler) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < properties.callers().size(); i++) {
            AccessProperties.Entry entry = properties.callers().get(i);
            String key = KEY + "[" + i + "]";
            add(toCaller(entry, key), key);
            if (!names.add(entry.name())) {
                throw new InvalidPropertyException(key + ".name", "expected a name that no other caller has");
            }
        }
        if (properties.callers().stream().anyMatch(entry -> entry.tokenFile() != null)) {
            scheduler.every("token-files", READ_INTERVAL, () -> callers.forEach(this::readFile));
        }
    }

    boolean isEmpty() {
        return callers.isEmpty();
    }

    /** Returns the credential of a token. Takes the same time for every token, also for an unknown one. */
    Optional<Credential> withToken(TokenHash token) {
        return Optional.ofNullable(owner(token)).map(caller -> new Token(token, caller));
    }

    /** Returns the credential of a certificate, which TLS has found to be genuine. */
    Optional<Credential> withCertificate(ClientCertificate certificate) {
        return callers.stream()
                .filter(caller -> certificate.names().stream().anyMatch(caller::has))
                .findFirst()
                .map(caller -> new ExpiringCredential(caller.caller(), certificate.end()));
    }

    /** Returns the caller that has the token; null for none. Compares it with those of all callers in any case. */
    private @Nullable ConfiguredCaller owner(TokenHash token) {
        ConfiguredCaller owner = null;
        for (ConfiguredCaller caller : callers) {
            owner = caller.has(token) ? caller : owner;
        }
        return owner;
    }

    private void add(ConfiguredCaller caller, String key) {
        if (caller.tokens().anyMatch(token -> owner(token) != null)) {
            throw new InvalidPropertyException(key + ".tokens", "expected tokens that no other caller has");
        }
        callers.add(caller);
        try {
            List<TokenHash> read = caller.readFile();
            lastRead.put(caller, read);
            useFile(caller, read);
        } catch (IOException wrong) {
            throw new InvalidPropertyException(key + ".token-file", wrong.getMessage());
        }
    }

    private void useFile(ConfiguredCaller caller, List<TokenHash> read) throws IOException {
        for (ConfiguredCaller other : callers) {
            if (other != caller && read.stream().anyMatch(other::has)) {
                throw new IOException("expected tokens that no other caller has");
            }
        }
        caller.useTokensOfFile(read);
    }

    private void readFile(ConfiguredCaller caller) {
        try {
            List<TokenHash> read = caller.readFile();
            if (read.equals(lastRead.put(caller, read))) { // else somebody may still be writing
                useFile(caller, read);
            }
            fileProblems.remove(caller);
        } catch (IOException | RuntimeException wrong) {
            String problem = String.valueOf(wrong.getMessage());
            if (!problem.equals(fileProblems.put(caller, problem))) {
                log.warn(
                        "The tokens of {} in use stay, since their file is wrong: {}",
                        caller.caller().name(),
                        problem);
            }
        }
    }

    private static ConfiguredCaller toCaller(AccessProperties.Entry entry, String key) {
        Names.problem(entry.name()).ifPresent(problem -> {
            throw new InvalidPropertyException(key + ".name", problem);
        });
        for (int i = 0; i < entry.tokens().size(); i++) {
            String problem = entry.tokens().get(i).problem();
            if (problem != null) {
                throw new InvalidPropertyException(key + ".tokens[" + i + "]", problem);
            }
        }
        if (entry.certificate() != null && entry.certificate().isBlank()) {
            throw new InvalidPropertyException(key + ".certificate", "expected a name");
        }
        if (entry.tokens().isEmpty() && entry.tokenFile() == null && entry.certificate() == null) {
            throw new InvalidPropertyException(
                    key, "expected tokens, a token-file or a certificate, but " + entry.name() + " has none");
        }
        return new ConfiguredCaller(
                new Caller(entry.name(), permissions(entry, key), sources(entry, key)),
                entry.tokens(),
                entry.tokenFile(),
                entry.certificate());
    }

    private static Set<Permission> permissions(AccessProperties.Entry entry, String key) {
        if (entry.permissions().isEmpty()) {
            throw new InvalidPropertyException(key + ".permissions", "expected any of " + Permission.all());
        }
        Set<Permission> permissions = new HashSet<>();
        for (String text : entry.permissions()) {
            permissions.add(Permission.of(text)
                    .orElseThrow(() -> new InvalidPropertyException(
                            key + ".permissions", "expected any of " + Permission.all() + ", but found " + text)));
        }
        return permissions;
    }

    private static WritableSources sources(AccessProperties.Entry entry, String key) {
        if (entry.sources().stream().anyMatch(String::isBlank)) {
            throw new InvalidPropertyException(key + ".sources", "expected names, or beginnings with a * behind");
        }
        return entry.sources().isEmpty() ? WritableSources.ALL : WritableSources.of(entry.sources());
    }

    /** A token that is valid as long as the caller has it. */
    private record Token(TokenHash hash, ConfiguredCaller owner) implements Credential {

        @Override
        public Caller caller() {
            return owner.caller();
        }

        @Override
        public boolean isValidAt(Instant now) {
            return owner.has(hash);
        }
    }
}
