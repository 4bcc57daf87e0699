package dev.waystate.security.tls;

import com.google.common.base.Throwables;
import dev.waystate.server.logging.LogText;
import dev.waystate.server.properties.InvalidPropertyException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/** The keys and trust of an SSL bundle, checked: each key fits its certificate. */
final class TlsMaterial {

    private static final String KEY_STORE = "keystore";
    private static final String TRUST_STORE = "truststore";

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** The ciphers that RFC 9113, 9.2.2 allows: AEAD and forward secrecy. */
    private static final List<String> CIPHERS = Http2SecurityUtil.CIPHERS;

    /**
     * How long a client may resume a session. Its certificate is not checked again then, and may have expired
     * meanwhile.
     */
    private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(5);

    private final String key;
    private final SslBundle bundle;
    private final TlsClientAuth clientAuth;
    private final List<X509Certificate> serverCertificates = new ArrayList<>();
    private final List<Certificate> allCertificates = new ArrayList<>();

    private TlsMaterial(String key, SslBundle bundle, TlsClientAuth clientAuth) {
        this.key = key;
        this.bundle = bundle;
        this.clientAuth = clientAuth;
    }

    /**
     * Reads and checks a bundle.
     *
     * @param key the beginning of the keys of the bundle's properties
     * @throws InvalidPropertyException if anything is missing, does not fit, or is not valid now
     */
    static TlsMaterial of(String key, SslBundle bundle, TlsClientAuth clientAuth) {
        TlsMaterial material = new TlsMaterial(key, bundle, clientAuth);
        try {
            material.readKeys();
            material.readTrust();
        } catch (KeyStoreException notLoaded) {
            throw new IllegalStateException(notLoaded);
        }
        return material;
    }

    /** Returns whether both have the same certificates, and so the same keys. */
    boolean isSameAs(TlsMaterial other) {
        return allCertificates.equals(other.allCertificates);
    }

    /** Returns the certificate that the server shows; of several, for different kinds of keys, the first. */
    X509Certificate certificate() {
        return serverCertificates.get(0);
    }

    /** @throws InvalidPropertyException if the bundle's options allow what is not safe */
    SslContext toContext() {
        List<String> protocols =
                chosen("options.enabled-protocols", bundle.getOptions().getEnabledProtocols(), PROTOCOLS);
        List<String> ciphers = chosen("options.ciphers", bundle.getOptions().getCiphers(), CIPHERS);
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(
                    SslContextBuilder.forServer(bundle.getManagers().getKeyManagerFactory()), SslProvider.JDK);
            builder.protocols(protocols).ciphers(ciphers, SupportedCipherSuiteFilter.INSTANCE);
            builder.sessionTimeout(SESSION_TIMEOUT.toSeconds());
            builder.clientAuth(clientAuth.toNetty());
            if (clientAuth != TlsClientAuth.NONE) {
                builder.trustManager(bundle.getManagers().getTrustManagerFactory());
            }
            return builder.build();
        } catch (SSLException | RuntimeException unfit) {
            throw unreadable(KEY_STORE, unfit);
        }
    }

    private void readKeys() throws KeyStoreException {
        KeyStore store = load(KEY_STORE, () -> bundle.getStores().getKeyStore());
        if (store == null) {
            throw wrong(KEY_STORE, "expected a certificate and its private key, but found none");
        }
        String alias = bundle.getKey().getAlias();
        for (String entry : alias == null ? aliases(store) : List.of(alias)) {
            if (store.isKeyEntry(entry)) {
                serverCertificates.add(checkKey(store, entry));
            }
        }
        if (serverCertificates.isEmpty()) {
            throw wrong(KEY_STORE, "expected a private key beside the certificate, but found none");
        }
        collect(store);
    }

    private void readTrust() throws KeyStoreException {
        KeyStore store = load(TRUST_STORE, () -> bundle.getStores().getTrustStore());
        if (clientAuth != TlsClientAuth.NONE && (store == null || store.size() == 0)) {
            throw wrong(
                    TRUST_STORE,
                    "expected the authorities of the clients' certificates, since " + TlsProperties.CLIENT_AUTH + " is "
                            + clientAuth + ", but found none");
        }
        if (store != null) {
            collect(store);
        }
    }

    private X509Certificate checkKey(KeyStore store, String alias) throws KeyStoreException {
        Key key = key(store, alias);
        if (!(key instanceof PrivateKey privateKey)
                || !(store.getCertificate(alias) instanceof X509Certificate certificate)) {
            throw wrong(KEY_STORE, "expected a private key and an X.509 certificate");
        }
        if (!PrivateKeys.fit(privateKey, certificate.getPublicKey())) {
            throw wrong(KEY_STORE, "expected the private key of the certificate, but found that of another");
        }
        Date now = new Date();
        if (now.before(certificate.getNotBefore()) || now.after(certificate.getNotAfter())) {
            throw wrong(
                    KEY_STORE,
                    "expected a certificate that is valid now, but it is from "
                            + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant());
        }
        return certificate;
    }

    private Key key(KeyStore store, String alias) {
        String password = bundle.getKey().getPassword();
        password = password == null ? bundle.getStores().getKeyStorePassword() : password;
        try {
            return store.getKey(alias, password == null ? null : password.toCharArray());
        } catch (GeneralSecurityException unreadable) {
            throw wrong("key.password", "expected the password of the private key");
        }
    }

    private void collect(KeyStore store) throws KeyStoreException {
        for (String alias : aliases(store)) {
            Certificate[] chain = store.getCertificateChain(alias);
            allCertificates.addAll(chain == null ? List.of(store.getCertificate(alias)) : Arrays.asList(chain));
        }
    }

    private static List<String> aliases(KeyStore store) throws KeyStoreException {
        return Collections.list(store.aliases()).stream().sorted().toList();
    }

    private List<String> chosen(String option, String @Nullable [] choice, List<String> safe) {
        if (choice == null) {
            return safe;
        }
        if (!safe.containsAll(List.of(choice))) {
            throw wrong(option, "expected any of " + safe);
        }
        return List.of(choice);
    }

    private @Nullable KeyStore load(String part, Supplier<@Nullable KeyStore> store) {
        try {
            return store.get();
        } catch (RuntimeException unreadable) {
            throw unreadable(part, unreadable);
        }
    }

    /** @param unreadable its message has paths, and the places of errors in files */
    private InvalidPropertyException unreadable(String part, Exception unreadable) {
        return wrong(
                part,
                "cannot be read: "
                        + LogText.quote(String.valueOf(
                                Throwables.getRootCause(unreadable).getMessage())));
    }

    /**
     * @param part the part of the bundle, as its property is called
     * @param expectation what was expected of it, and what was found; nothing secret
     */
    private InvalidPropertyException wrong(String part, String expectation) {
        return new InvalidPropertyException(key + "." + part, expectation);
    }
}
