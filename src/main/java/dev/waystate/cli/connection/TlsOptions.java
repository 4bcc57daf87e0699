package dev.waystate.cli.connection;

import com.google.common.base.Throwables;
import dev.waystate.security.tls.PrivateKeys;
import dev.waystate.text.InputException;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;
import picocli.CommandLine.Option;

/** The TLS options of a connection. Each of the files alone turns TLS on, too. */
public final class TlsOptions {

    @Option(
            names = "--tls",
            order = ConnectionOptions.AFTER_OWN,
            description = "Use TLS, and trust the authorities that Java trusts unless --ca is given.")
    private boolean tls;

    @Option(
            names = "--ca",
            order = ConnectionOptions.AFTER_OWN,
            paramLabel = "FILE",
            description = "PEM file with the authorities whose server certificates are trusted; implies --tls.")
    private @Nullable Path ca;

    @Option(
            names = "--cert",
            order = ConnectionOptions.AFTER_OWN,
            paramLabel = "FILE",
            description = "PEM file with the client's certificate chain; implies --tls, needs --key.")
    private @Nullable Path cert;

    @Option(
            names = "--key",
            order = ConnectionOptions.AFTER_OWN,
            paramLabel = "FILE",
            description = "PEM file with the client's private key, not encrypted; needs --cert.")
    private @Nullable Path key;

    public boolean enabled() {
        return tls || ca != null || cert != null || key != null;
    }

    boolean hasCertificate() {
        return cert != null;
    }

    /**
     * Returns the TLS context that the options describe; null without TLS.
     *
     * @throws InputException if the options do not fit together, or a file lacks what its option names
     */
    @Nullable
    SslContext context() {
        if ((cert == null) != (key == null)) {
            throw new UsageException("Expected both --cert and --key or neither, but found only "
                    + (cert == null ? "--key" : "--cert") + ".");
        }
        if (!enabled()) {
            return null;
        }
        SslContextBuilder context = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
        if (ca != null) {
            context.trustManager(read("--ca", ca, "PEM certificates", PemContent::getCertificates));
        }
        if (cert != null && key != null) {
            List<X509Certificate> chain = read("--cert", cert, "PEM certificates", PemContent::getCertificates);
            PrivateKey privateKey =
                    read("--key", key, "a PEM private key that is not encrypted", PemContent::getPrivateKey);
            if (!PrivateKeys.fit(privateKey, chain.get(0).getPublicKey())) {
                throw new InputException("Expected the private key of --cert in --key, but found that of another.");
            }
            context.keyManager(privateKey, chain);
        }
        try {
            return context.build();
        } catch (SSLException | IllegalArgumentException unusable) {
            throw new InputException(
                    "Expected certificates and a key that Java can use, but "
                            + VisibleText.of(Throwables.getRootCause(unusable).getMessage()),
                    unusable);
        }
    }

    private static <T> T read(String option, Path file, String content, Function<PemContent, @Nullable T> part) {
        T found;
        try {
            found = part.apply(PemContent.load(file));
        } catch (IOException unreadable) {
            throw new InputException(
                    "Expected a file that can be read for " + option + ", but found " + VisibleText.of(file) + ".",
                    unreadable);
        } catch (IllegalArgumentException | IllegalStateException unknown) {
            throw new InputException(
                    "Expected " + content + " in the file of " + option + ", but "
                            + (isUnreadable(option, unknown)
                                    ? "one in " + VisibleText.of(file) + " cannot be read: "
                                            + VisibleText.of(String.valueOf(unknown.getMessage()))
                                    : "found none in " + VisibleText.of(file) + "."),
                    unknown);
        }
        if (found == null) {
            throw new InputException("Expected " + content + " in the file of " + option + ".");
        }
        return found;
    }

    /** Returns whether there is a certificate in a file, and it is not as it should be. */
    private static boolean isUnreadable(String option, RuntimeException problem) {
        boolean none = problem instanceof IllegalStateException && problem.getCause() == null;
        return !option.equals("--key") && !none;
    }
}
