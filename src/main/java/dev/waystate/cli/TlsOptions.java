package dev.waystate.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that make a connection a TLS one. Each of the files alone does so, too. */
final class TlsOptions {

    @Option(names = "--tls", description = "Use TLS, and trust the authorities that Java trusts unless --ca is given.")
    private boolean tls;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "PEM file with the authorities whose server certificates are trusted; implies --tls.")
    private @Nullable Path ca;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "PEM file with the client's certificate chain; implies --tls, needs --key.")
    private @Nullable Path cert;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM file with the client's private key, PKCS #8 and not encrypted; needs --cert.")
    private @Nullable Path key;

    boolean enabled() {
        return tls || ca != null || cert != null || key != null;
    }

    @Nullable
    Path ca() {
        return ca;
    }

    @Nullable
    Path cert() {
        return cert;
    }

    @Nullable
    Path key() {
        return key;
    }

    /**
     * Checks that the options fit together and that their files can be read.
     *
     * @throws InputException if not
     */
    void check() {
        if ((cert == null) != (key == null)) {
            throw new InputException("Expected both --cert and --key or neither, but found only "
                    + (cert == null ? "--key" : "--cert") + ".");
        }
        checkReadable("--ca", ca);
        checkReadable("--cert", cert);
        checkReadable("--key", key);
    }

    /** Returns the starter's properties of a client, without the client's prefix. */
    Map<String, Object> toProperties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (enabled()) {
            properties.put("negotiation-type", "tls");
        }
        if (ca != null) {
            properties.put("security.trust-cert-collection", ca.toUri().toString());
        }
        if (cert != null && key != null) {
            properties.put("security.client-auth-enabled", true);
            properties.put("security.certificate-chain", cert.toUri().toString());
            properties.put("security.private-key", key.toUri().toString());
        }
        return properties;
    }

    private static void checkReadable(String option, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw new InputException(
                    "Expected a file that can be read for " + option + ", but found " + TerminalText.of(file) + ".");
        }
    }
}
