package dev.waystate.security.access;

import dev.waystate.security.tls.TlsProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Warns once, at the start, when the server asks for no credentials, or does not encrypt them. */
@Component
class SecurityNotice {

    private static final Logger log = LoggerFactory.getLogger(SecurityNotice.class);

    private final Authenticator authentication;
    private final TlsProperties tls;

    SecurityNotice(Authenticator authentication, TlsProperties tls) {
        this.authentication = authentication;
        this.tls = tls;
    }

    @EventListener(ApplicationReadyEvent.class)
    void started() {
        boolean plaintext = !tls.isOn();
        if (!authentication.isOn() && !tls.requiresCertificates()) {
            log.warn(
                    "The server is open: {}, and it asks for no credentials (see src/docs/security.md)",
                    plaintext ? "calls are not encrypted" : "calls are encrypted");
        } else if (plaintext) {
            log.warn("Credentials are not encrypted on their way here, unless something before the server sees to it"
                    + " (see " + TlsProperties.BUNDLE + ": src/docs/security.md)");
        }
    }
}
