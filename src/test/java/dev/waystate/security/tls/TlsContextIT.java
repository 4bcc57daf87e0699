package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.TlsFiles;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/** The TLS that a bundle makes, on a port. */
@Timeout(30)
class TlsContextIT {

    @TempDir
    private static Path directory;

    private static TlsFiles authority;
    private static TlsFiles foreignAuthority;
    private static TlsFiles first;
    private static TlsFiles second;

    @BeforeAll
    static void makeFiles() throws Exception {
        authority = TlsFiles.authority(directory, "authority");
        foreignAuthority = TlsFiles.authority(directory, "foreign-authority");
        first = authority.issue("first");
        second = authority.issue("second");
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,     , true",
        "NONE,     own, true",
        "NONE,     foreign, true",
        "OPTIONAL, , true",
        "OPTIONAL, own, true",
        "OPTIONAL, foreign, false",
        "REQUIRED, , false",
        "REQUIRED, own, true",
        "REQUIRED, foreign, false"
    })
    void clientAuthSaysWhoGetsIn(TlsClientAuth clientAuth, @Nullable String certificate, boolean getsIn)
            throws Exception {
        TlsFiles identity = certificate == null
                ? null
                : (certificate.equals("own") ? authority : foreignAuthority).issue(certificate);
        TlsClient client = TlsClient.of(authority, identity);
        try (Port port = Port.open(TlsMaterial.of("bundle", bundle(first, first, authority), clientAuth)
                .toContext())) {
            if (getsIn) {
                assertThat(client.serialNumberSeen(port.number())).isEqualTo(first.serialNumber());
            } else {
                assertThatThrownBy(() -> client.serialNumberSeen(port.number())).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void keyThatIsNotCheckedFailsEveryClient() throws Exception {
        SslBundle unchecked = bundle(first, second, authority);
        SslContext context = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(unchecked.getManagers().getKeyManagerFactory()), SslProvider.JDK)
                .build();
        TlsClient client = TlsClient.of(authority, null);
        try (Port port = Port.open(context)) {
            assertThatThrownBy(() -> client.serialNumberSeen(port.number())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void clientThatResumesSeesTheNewCertificateAndIsCheckedAgainstTheNewTrust() throws Exception {
        TlsContext context = new TlsContext(context(first, authority));
        TlsClient client = TlsClient.of(authority, authority.issue("client"));
        try (Port port = Port.open(context)) {
            assertThat(client.serialNumberSeen(port.number())).isEqualTo(first.serialNumber());

            context.replaceBy(context(second, authority));
            assertThat(client.serialNumberSeen(port.number())).isEqualTo(second.serialNumber());

            context.replaceBy(context(second, foreignAuthority));
            assertThatThrownBy(() -> client.serialNumberSeen(port.number())).isInstanceOf(IOException.class);
        }
    }

    /** With managers that are replaced inside of one context, the sessions of before are good for new connections. */
    @Test
    void withinOneContextTheClientThatResumesSeesTheOldCertificate() throws Exception {
        AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
        keys.updateIdentityCredentials(
                first.bundle().getCertificatePath(), first.bundle().getKeyPair().getPrivate());
        SslContext context = GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
                .build();
        TlsClient client = TlsClient.of(authority, null);
        try (Port port = Port.open(context)) {
            assertThat(client.serialNumberSeen(port.number())).isEqualTo(first.serialNumber());

            keys.updateIdentityCredentials(
                    second.bundle().getCertificatePath(),
                    second.bundle().getKeyPair().getPrivate());
            assertThat(client.serialNumberSeen(port.number())).isEqualTo(first.serialNumber());
        }
    }

    private static SslContext context(TlsFiles identity, TlsFiles trusted) throws Exception {
        return TlsMaterial.of("bundle", bundle(identity, identity, trusted), TlsClientAuth.REQUIRED)
                .toContext();
    }

    private static SslBundle bundle(TlsFiles certificate, TlsFiles key, TlsFiles trusted) {
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStore.of(
                        certificate.bundle().getCertificatePathList(),
                        key.bundle().getKeyPair().getPrivate()),
                PemSslStore.of(List.of(trusted.bundle().getCertificate()), null)));
    }

    /** A port that speaks HTTP/2 over TLS. */
    private record Port(Server server) implements AutoCloseable {

        static Port open(SslContext context) throws IOException {
            return new Port(NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
                    .sslContext(context)
                    .build()
                    .start());
        }

        int number() {
            return server.getPort();
        }

        @Override
        public void close() throws InterruptedException {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }
}
