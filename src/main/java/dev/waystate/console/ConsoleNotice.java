package dev.waystate.console;

import dev.waystate.security.access.Authenticator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Warns once, at the start, if the settings of the HTTP port leave the console out, or its tokens unencrypted. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty(name = ConsoleProperties.ENABLED, matchIfMissing = true)
class ConsoleNotice {

    private static final Logger log = LoggerFactory.getLogger(ConsoleNotice.class);

    private final Environment environment;
    private final Authenticator authenticator;
    private final ServerProperties http;

    ConsoleNotice(Environment environment, Authenticator authenticator, ServerProperties http) {
        this.environment = environment;
        this.authenticator = authenticator;
        this.http = http;
    }

    @EventListener(ApplicationReadyEvent.class)
    void started() {
        if (HttpCertificateCondition.admitsMoreThanGrpc(environment)) {
            log.warn(
                    "The HTTP port has neither page nor /api: the gRPC port lets nobody in without a client certificate,"
                            + " and the HTTP port would (see " + HttpCertificateCondition.HTTP_CLIENT_AUTH
                            + ": src/docs/http.md)");
        } else if (authenticator.isOn() && !Ssl.isEnabled(http.getSsl())) {
            log.warn(
                    "Tokens are not encrypted on their way to the HTTP port, unless something before the server sees to it"
                            + " (see server.ssl.bundle: src/docs/http.md)");
        }
    }
}
