package dev.waystate.security.tls;

import io.netty.handler.ssl.SslContext;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** TLS of the gRPC port, where a bundle is configured for it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(TlsProperties.BUNDLE)
class TlsConfiguration {

    @Bean
    SslContext tlsContext(TlsReload reload) {
        return reload.context();
    }

    /**
     * Shows the certificate in use, and what is wrong with its files. It is UP in any case, since the server goes on
     * with the files that it has. Boot's own indicator tells which certificates expire.
     */
    @Bean
    HealthIndicator tlsHealthIndicator(TlsReload reload) {
        return () -> {
            Health.Builder health = Health.up()
                    .withDetail(
                            "serialNumber",
                            reload.certificate().getSerialNumber().toString(16))
                    .withDetail("validUntil", reload.certificate().getNotAfter().toInstant());
            reload.problem().ifPresent(problem -> health.withDetail("reloadProblem", problem));
            return health.build();
        };
    }
}
