package dev.waystate.security.tls;

import com.google.common.base.Throwables;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.logging.LogText;
import dev.waystate.server.properties.InvalidPropertyException;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.ssl.JksSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.io.ApplicationResourceLoader;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;

/**
 * Reads the files of the server's bundle again and again. New files are used once they are valid, and whole: two
 * readings in a row have found the same. Until then the old ones stay in use. Boot's own watcher does not tell that new
 * files are wrong, and passes on keys that do not fit.
 */
@Component
@ConditionalOnProperty(TlsProperties.BUNDLE)
class TlsReload {

    private static final Logger log = LoggerFactory.getLogger(TlsReload.class);

    private static final String METER = "waystate.tls.reloads";

    private final String name;
    private final TlsClientAuth clientAuth;
    private final SslProperties.Bundles properties;
    private final SslBundleRegistry registry;
    private final ResourceLoader resources;
    private final MeterRegistry meters;
    private final TlsContext context;

    private volatile TlsMaterial used;
    private TlsMaterial lastRead;
    private volatile @Nullable String problem;

    /** @throws InvalidPropertyException if there is no such bundle, or it is not fit for TLS */
    TlsReload(
            TlsProperties tls,
            SslProperties properties,
            SslBundles bundles,
            SslBundleRegistry registry,
            ResourceLoader resources,
            MeterRegistry meters,
            Scheduler scheduler) {
        this.name = String.valueOf(tls.bundle());
        this.clientAuth = tls.clientAuth();
        this.properties = properties.getBundle();
        this.registry = registry;
        this.resources = ApplicationResourceLoader.get(resources, true); // as Boot does: a plain path is a file's
        this.meters = meters;
        try {
            checkFiles();
            this.used = TlsMaterial.of(key(), bundles.getBundle(name), clientAuth);
            this.context = new TlsContext(used.toContext());
        } catch (NoSuchSslBundleException unknown) {
            throw new InvalidPropertyException(
                    TlsProperties.BUNDLE,
                    "expected one of the SSL bundles of spring.ssl.bundle.pem and spring.ssl.bundle.jks, "
                            + bundles.getBundleNames() + ", but found " + LogText.quote(name));
        } catch (InvalidPropertyException wrong) {
            throw new InvalidPropertyException(TlsProperties.BUNDLE, String.valueOf(wrong.getMessage()));
        }
        lastRead = used;
        count("success", 0);
        count("failure", 0);
        scheduler.every("tls-reload", interval(), this::read);
    }

    private Duration interval() {
        Duration interval = properties.getWatch().getFile().getQuietPeriod();
        if (interval.isZero() || interval.isNegative()) {
            throw new InvalidPropertyException(
                    "spring.ssl.bundle.watch.file.quiet-period", "expected more than 0s, but found " + interval);
        }
        return interval;
    }

    /** Returns the TLS of new connections. It is always the one in use. */
    SslContext context() {
        return context;
    }

    /** Returns the certificate that new connections are shown. */
    X509Certificate certificate() {
        return used.certificate();
    }

    /** Returns what is wrong with the files, if they are not those in use. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private void read() {
        try {
            checkFiles();
            SslBundle bundle = load();
            TlsMaterial material = TlsMaterial.of(key(), bundle, clientAuth);
            TlsMaterial before = lastRead;
            lastRead = material;
            if (!material.isSameAs(used)) {
                if (material.isSameAs(before)) { // else somebody may still be writing
                    use(material, bundle);
                }
            } else if (problem != null) {
                log.info("The files of SSL bundle {} are those in use again", name);
            }
            problem = null;
        } catch (InvalidPropertyException wrong) {
            report(String.valueOf(wrong.getMessage()));
        } catch (RuntimeException failed) {
            report("spring.ssl.bundle: the files of " + name + " cannot be read: "
                    + LogText.quote(
                            String.valueOf(Throwables.getRootCause(failed).getMessage())));
        }
    }

    private SslBundle load() {
        PemSslBundleProperties pem = properties.getPem().get(name);
        JksSslBundleProperties jks = properties.getJks().get(name);
        return pem != null ? PropertiesSslBundle.get(pem, resources) : PropertiesSslBundle.get(jks, resources);
    }

    private void use(TlsMaterial material, SslBundle bundle) {
        context.replaceBy(material.toContext());
        used = material;
        count("success", 1);
        log.info("New connections get {}", describe(material.certificate()));
        registry.updateBundle(name, bundle); // the web server, Boot's health and metrics
    }

    /** Logs what is wrong, once for each problem. */
    private void report(String found) {
        if (!found.equals(problem)) {
            problem = found;
            count("failure", 1);
            log.warn("New connections still get {}, since its successor is wrong: {}", describe(certificate()), found);
        }
    }

    private void count(String result, int times) {
        meters.counter(METER, "result", result).increment(times);
    }

    private String key() {
        return "spring.ssl.bundle." + (properties.getPem().containsKey(name) ? "pem." : "jks.") + name;
    }

    /**
     * Checks that the bundle's properties are PEM, or name files that can be read. An error must not quote these values:
     * one may be a private key that lacks its PEM marks.
     */
    private void checkFiles() {
        Map<String, @Nullable String> files = new TreeMap<>();
        PemSslBundleProperties pem = properties.getPem().get(name);
        JksSslBundleProperties jks = properties.getJks().get(name);
        if (pem != null) {
            files.put("keystore.certificate", pem.getKeystore().getCertificate());
            files.put("keystore.private-key", pem.getKeystore().getPrivateKey());
            files.put("truststore.certificate", pem.getTruststore().getCertificate());
            files.put("truststore.private-key", pem.getTruststore().getPrivateKey());
        } else if (jks != null) {
            files.put("keystore.location", jks.getKeystore().getLocation());
            files.put("truststore.location", jks.getTruststore().getLocation());
        }
        String unreadable = files.entrySet().stream()
                .filter(file -> StringUtils.hasLength(file.getValue()) && !isReadable(file.getValue()))
                .map(file -> key() + "." + file.getKey())
                .collect(Collectors.joining(" and "));
        if (!unreadable.isEmpty()) {
            throw new InvalidPropertyException(unreadable, "expected a file that can be read");
        }
    }

    /** A pipe can be opened only when somebody writes to it. */
    private boolean isReadable(String location) {
        try {
            if (PemContent.isPresentInText(location)) {
                return true;
            }
            Resource resource = resources.getResource(location);
            return resource.isReadable()
                    && (!resource.isFile() || resource.getFile().isFile());
        } catch (IOException unknown) {
            return false;
        }
    }

    private static String describe(X509Certificate certificate) {
        return "the certificate with serial number "
                + certificate.getSerialNumber().toString(16) + ", valid until "
                + certificate.getNotAfter().toInstant();
    }
}
