package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import com.google.common.base.Throwables;
import dev.waystate.TlsFiles;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.properties.InvalidPropertyException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Import;

/** Settings of TLS with which a server does not start. */
class TlsConfigurationTests {

    private static final String TLS = "waystate.security.tls.";
    private static final String PORT = "spring.ssl.bundle.pem.port.";

    @TempDir
    private static Path directory;

    private static TlsFiles authority;
    private static TlsFiles server;
    private static TlsFiles other;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
            .withUserConfiguration(Configured.class)
            .withBean(SimpleMeterRegistry.class)
            .withBean(Scheduler.class, () -> new Scheduler(outOfMemory -> {}));

    @BeforeAll
    static void makeFiles() throws Exception {
        authority = TlsFiles.authority(directory, "authority");
        server = authority.issue("server");
        other = authority.issue("other", kind -> kind.rsa2048().addSanDnsName("localhost"));
    }

    @Test
    void completeOneStarts() {
        runner.withPropertyValues(bundle(server.certificate(), server.key()))
                .withPropertyValues(TLS + "client-auth=optional", trust())
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SslContext.class));
    }

    @Test
    void withoutABundleThereIsNoTls() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SslContext.class));
    }

    @Test
    void unknownBundleIsRefused() {
        assertRefused(
                "waystate.security.tls.bundle: expected one of the SSL bundles of spring.ssl.bundle.pem and "
                        + "spring.ssl.bundle.jks, [port], but found \"prot\"",
                PORT + "keystore.certificate=" + server.certificate(),
                PORT + "keystore.private-key=" + server.key(),
                TLS + "bundle=prot");
    }

    @Test
    void bundleWithoutANameIsRefused() {
        assertRefused("waystate.security.tls.bundle: expected the name of an SSL bundle", TLS + "bundle=");
    }

    @Test
    void clientAuthWithoutABundleIsRefused() {
        assertRefused(
                "waystate.security.tls.bundle: expected the name of an SSL bundle, since "
                        + "waystate.security.tls.client-auth is required",
                TLS + "client-auth=required");
    }

    @Test
    void clientAuthWithoutATrustStoreIsRefused() {
        for (String clientAuth : List.of("optional", "required")) {
            assertRefused(
                    "spring.ssl.bundle.pem.port.truststore: expected the authorities of the clients' certificates, "
                            + "since waystate.security.tls.client-auth is " + clientAuth,
                    with(bundle(server.certificate(), server.key()), TLS + "client-auth=" + clientAuth));
        }
    }

    @Test
    void bundleWithoutAKeyIsRefused() {
        assertRefused(
                "spring.ssl.bundle.pem.port.keystore: expected a private key beside the certificate",
                TLS + "bundle=port",
                PORT + "keystore.certificate=" + server.certificate());
    }

    @Test
    void bundleWithoutAKeyStoreIsRefused() {
        assertRefused(
                "spring.ssl.bundle.pem.port.keystore: expected a certificate and its private key",
                TLS + "bundle=port",
                trust());
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws Exception {
        TlsFiles sameKind = authority.issue("same-kind");
        for (TlsFiles another : List.of(other, sameKind)) {
            assertRefused(
                    "spring.ssl.bundle.pem.port.keystore: expected the private key of the certificate",
                    bundle(server.certificate(), another.key()));
        }
    }

    @Test
    void certificateThatHasExpiredIsRefused() throws Exception {
        TlsFiles expired = authority.issue("expired", TlsFiles::expired);
        assertRefused(
                "spring.ssl.bundle.pem.port.keystore: expected a certificate that is valid now",
                bundle(expired.certificate(), expired.key()));
    }

    @Test
    void weakOptionsOfTheBundleAreRefusedAndNarrowerOnesTaken() {
        String[] port = bundle(server.certificate(), server.key());
        assertRefused(
                "port.options.enabled-protocols: expected any of [TLSv1.3, TLSv1.2]",
                with(port, PORT + "options.enabled-protocols=TLSv1.1"));
        assertRefused(
                "port.options.ciphers: expected any of ",
                with(port, PORT + "options.ciphers=TLS_RSA_WITH_AES_128_CBC_SHA"));
        runner.withPropertyValues(with(port, PORT + "options.ciphers=TLS_AES_256_GCM_SHA384"))
                .run(context -> assertThat(context.getBean(SslContext.class).cipherSuites())
                        .containsExactly("TLS_AES_256_GCM_SHA384"));
    }

    @Test
    void filesThatCannotBeReadAreToldByTheirKeysAndWithoutTheirContent() throws Exception {
        Path garbage = Files.writeString(directory.resolve("garbage.pem"), "swordfish");
        assertRefused("spring.ssl.bundle.pem.port.keystore: cannot be read: ", bundle(server.certificate(), garbage));
        assertRefused(
                "spring.ssl.bundle.pem.port.keystore.private-key: expected a file that can be read",
                bundle(server.certificate(), directory.resolve("none")));
        assertRefused(
                "spring.ssl.bundle.pem.port.keystore.private-key: expected a file that can be read",
                bundle(server.certificate(), Path.of("swordfish")));
    }

    @Test
    void intervalBetweenTwoReadingsHasToBeSome() {
        for (String interval : List.of("0s", "-1s")) {
            assertRefused(
                    "spring.ssl.bundle.watch.file.quiet-period: expected more than 0s",
                    with(
                            bundle(server.certificate(), server.key()),
                            "spring.ssl.bundle.watch.file.quiet-period=" + interval));
        }
    }

    @Test
    void filesThatAreStillWrittenAreNotUsedUntilTwoReadingsAgree() throws Exception {
        Path trust = directory.resolve("growing.pem");
        Files.copy(authority.certificate(), trust);
        Scheduler scheduler = mock();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                .withUserConfiguration(Configured.class)
                .withBean(SimpleMeterRegistry.class)
                .withBean(Scheduler.class, () -> scheduler)
                .withPropertyValues(with(
                        bundle(server.certificate(), server.key()),
                        TLS + "client-auth=optional",
                        PORT + "truststore.certificate=" + trust))
                .run(context -> {
                    Counter uses = context.getBean(SimpleMeterRegistry.class)
                            .counter("waystate.tls.reloads", "result", "success");
                    ArgumentCaptor<Runnable> readings = ArgumentCaptor.captor();
                    verify(scheduler).every(any(), any(), readings.capture());
                    Runnable read = readings.getValue();
                    append(trust, other);
                    read.run();
                    append(trust, server); // only now it is whole
                    read.run();
                    assertThat(uses.count()).isZero();
                    read.run();
                    read.run();
                    assertThat(uses.count()).isEqualTo(1);
                });
    }

    private static void append(Path file, TlsFiles more) throws IOException {
        Files.write(file, Files.readAllBytes(more.certificate()), StandardOpenOption.APPEND);
    }

    private void assertRefused(String message, String... properties) {
        runner.withPropertyValues(properties).run(context -> {
            assertThat(context).hasFailed();
            assertThat(Throwables.getRootCause(context.getStartupFailure()))
                    .isInstanceOf(InvalidPropertyException.class)
                    .hasMessageContaining(message)
                    .hasMessageNotContaining("swordfish");
        });
    }

    private static String[] bundle(Path certificate, Path key) {
        return new String[] {
            TLS + "bundle=port", PORT + "keystore.certificate=" + certificate, PORT + "keystore.private-key=" + key
        };
    }

    private static String trust() {
        return PORT + "truststore.certificate=" + authority.certificate();
    }

    private static String[] with(String[] properties, String... more) {
        List<String> all = new ArrayList<>(List.of(properties));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @EnableConfigurationProperties(TlsProperties.class)
    @Import({TlsConfiguration.class, TlsReload.class})
    static class Configured {}
}
