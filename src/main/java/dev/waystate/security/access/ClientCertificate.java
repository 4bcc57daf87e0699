package dev.waystate.security.access;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of a client, which TLS has found to be genuine.
 *
 * @param names the DNS names and URIs that it is for or, if it has none, its common name
 * @param end when it or, if that is earlier, a certificate that vouches for it expires
 */
record ClientCertificate(Set<String> names, Instant end) {

    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    /** Returns the certificate of the session's client, if it has shown one. It is read once for each session. */
    static Optional<ClientCertificate> of(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        if (session.getValue(ClientCertificate.class.getName()) instanceof ClientCertificate read) {
            return Optional.of(read);
        }
        Optional<ClientCertificate> certificate = ofChain(session);
        certificate.ifPresent(read -> session.putValue(ClientCertificate.class.getName(), read));
        return certificate;
    }

    private static Optional<ClientCertificate> ofChain(SSLSession session) {
        try {
            List<X509Certificate> chain = Arrays.stream(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            return chain.stream()
                    .map(certificate -> certificate.getNotAfter().toInstant())
                    .min(Comparator.naturalOrder())
                    .map(end -> new ClientCertificate(names(chain.get(0)), end));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    private static Set<String> names(X509Certificate certificate) {
        try {
            Set<String> alternatives = alternatives(certificate.getSubjectAlternativeNames());
            return alternatives.isEmpty() ? commonName(certificate).collect(Collectors.toSet()) : alternatives;
        } catch (CertificateParsingException | InvalidNameException unreadable) {
            return Set.of();
        }
    }

    private static Set<String> alternatives(@Nullable Collection<List<?>> names) {
        return names == null
                ? Set.of()
                : names.stream()
                        .filter(name ->
                                name.get(0).equals(DNS_NAME) || name.get(0).equals(URI))
                        .map(name -> String.valueOf(name.get(1)))
                        .collect(Collectors.toSet());
    }

    private static Stream<String> commonName(X509Certificate certificate) throws InvalidNameException {
        return new LdapName(certificate.getSubjectX500Principal().getName())
                .getRdns().stream()
                        .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                        .map(Rdn::getValue)
                        .map(String::valueOf);
    }
}
