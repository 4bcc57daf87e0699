package dev.waystate;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/**
 * A certificate and its private key, also as PEM files.
 *
 * @param bundle both
 * @param certificate the file with the certificate, and those between it and its authority
 * @param key the file with the private key
 */
public record TlsFiles(X509Bundle bundle, Path certificate, Path key) {

    /** Makes an authority of its own. */
    public static TlsFiles authority(Path directory, String name) throws Exception {
        return write(
                directory, name, builder(name).setIsCertificateAuthority(true).buildSelfSigned());
    }

    /** Makes a certificate for localhost that no authority has issued. */
    public static TlsFiles selfSigned(Path directory, String name) throws Exception {
        return write(
                directory,
                name,
                builder(name)
                        .setIsCertificateAuthority(true)
                        .addSanDnsName("localhost")
                        .buildSelfSigned());
    }

    /** Issues a certificate for localhost by this authority. */
    public TlsFiles issue(String name) throws Exception {
        return issue(name, certificate -> certificate.addSanDnsName("localhost"));
    }

    /** Issues a certificate of another kind by this authority. */
    public TlsFiles issue(String name, UnaryOperator<CertificateBuilder> kind) throws Exception {
        return write(certificate.getParent(), name, kind.apply(builder(name)).buildIssuedBy(bundle));
    }

    /** Makes a certificate one that has expired. */
    public static CertificateBuilder expired(CertificateBuilder certificate) {
        return certificate
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().minusSeconds(60));
    }

    /** Returns the serial number in hexadecimal digits. */
    public String serialNumber() {
        return bundle.getCertificate().getSerialNumber().toString(16);
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .ecp256()
                .notBefore(Instant.now().minus(Duration.ofDays(1)))
                .notAfter(Instant.now().plus(Duration.ofDays(90)));
    }

    private static TlsFiles write(Path directory, String name, X509Bundle bundle) throws IOException {
        return new TlsFiles(
                bundle,
                Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM()),
                Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM()));
    }
}
