package dev.waystate.cli.connection;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.security.tls.PrivateKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;
import picocli.CommandLine.Option;

/** The options that make a connection a TLS one. Each of the files alone does so, too. */
public final class TlsOptions {

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

    public boolean enabled() {
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
     * Checks that the options fit together, and that their files have what they should.
     *
     * @throws InputException if not
     */
    public void check() {
        if ((cert == null) != (key == null)) {
            throw new InputException("Expected both --cert and --key or neither, but found only "
                    + (cert == null ? "--key" : "--cert") + ".");
        }
        if (ca != null) {
            read("--ca", ca, "PEM certificates", PemContent::getCertificates);
        }
        if (cert != null && key != null) {
            List<X509Certificate> chain = read("--cert", cert, "PEM certificates", PemContent::getCertificates);
            PrivateKey privateKey =
                    read("--key", key, "a PEM private key, PKCS #8 and not encrypted", PemContent::getPrivateKey);
            if (!PrivateKeys.fit(privateKey, chain.get(0).getPublicKey())) {
                throw new InputException("Expected the private key of --cert in --key, but found that of another.");
            }
        }
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

    private static <T> T read(String option, Path file, String content, Function<PemContent, @Nullable T> part) {
        T found;
        try {
            found = part.apply(PemContent.load(file));
        } catch (IOException unreadable) {
            throw new InputException(
                    "Expected a file that can be read for " + option + ", but found " + TerminalText.of(file) + ".",
                    unreadable);
        } catch (IllegalArgumentException | IllegalStateException unknown) {
            throw new InputException(
                    "Expected " + content + " in the file of " + option + ", but found none in " + TerminalText.of(file)
                            + ".",
                    unknown);
        }
        if (found == null) {
            throw new InputException("Expected " + content + " in the file of " + option + ".");
        }
        return found;
    }
}
