package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/**
 * A key for localhost and its self-signed certificate, made by the JDK's keytool.
 *
 * @param keyStore the key, PKCS #12
 * @param certificate the certificate, PEM
 */
record TlsFiles(Path keyStore, Path certificate) {

    private static final String PASSWORD = "changeit";

    static TlsFiles create(Path directory, String name) throws IOException, InterruptedException {
        TlsFiles files = new TlsFiles(directory.resolve(name + ".p12"), directory.resolve(name + ".pem"));
        files.keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=dns:localhost");
        files.keytool("-exportcert", "-rfc", "-file", files.certificate.toString());
        return files;
    }

    SslContext serverContext() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream stored = Files.newInputStream(keyStore)) {
            keys.load(stored, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        return GrpcSslContexts.configure(SslContextBuilder.forServer(managers), SslProvider.JDK)
                .build();
    }

    private void keytool(String command, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(command, "-alias", "server", "-storepass", PASSWORD, "-keystore", keyStore.toString()));
        line.addAll(List.of(arguments));
        CommandRun run = CommandRun.of(keyStore.getParent(), "", line);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }
}
