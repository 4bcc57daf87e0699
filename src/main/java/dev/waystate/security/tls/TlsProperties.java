package dev.waystate.security.tls;

import dev.waystate.server.properties.InvalidPropertyException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS of the gRPC port.
 *
 * @param bundle the name of the SSL bundle with the server's certificate and key, one of {@code spring.ssl.bundle.pem.*}
 *     or {@code spring.ssl.bundle.jks.*}; without one, calls are not encrypted
 * @param clientAuth whether clients show a certificate, too, which has to be from an authority in the bundle's trust
 *     store: none, optional or required
 */
@ConfigurationProperties(TlsProperties.PREFIX)
public record TlsProperties(
        @Nullable String bundle, @DefaultValue("none") TlsClientAuth clientAuth) {

    static final String PREFIX = "waystate.security.tls";
    public static final String BUNDLE = PREFIX + ".bundle";
    public static final String CLIENT_AUTH = PREFIX + ".client-auth";

    public TlsProperties {
        if (bundle != null && bundle.isBlank()) {
            throw new InvalidPropertyException(BUNDLE, "expected the name of an SSL bundle, but it is empty");
        }
        if (bundle == null && clientAuth != TlsClientAuth.NONE) {
            throw new InvalidPropertyException(
                    BUNDLE, "expected the name of an SSL bundle, since " + CLIENT_AUTH + " is " + clientAuth);
        }
    }

    public boolean isOn() {
        return bundle != null;
    }

    public boolean requiresCertificates() {
        return clientAuth == TlsClientAuth.REQUIRED;
    }
}
