package dev.waystate.security.tls;

import io.netty.handler.ssl.ClientAuth;
import java.util.Locale;

/** Whether clients show a certificate. With all but {@link #NONE}, a certificate that is shown must be valid. */
public enum TlsClientAuth {
    NONE(ClientAuth.NONE),
    OPTIONAL(ClientAuth.OPTIONAL),
    REQUIRED(ClientAuth.REQUIRE);

    private final ClientAuth netty;

    TlsClientAuth(ClientAuth netty) {
        this.netty = netty;
    }

    ClientAuth toNetty() {
        return netty;
    }

    /** Returns the name as it stands in the configuration. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
