package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import dev.waystate.cli.output.InputException;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;

/** A channel without Spring and without a logging system. */
public final class PlainChannel {

    private PlainChannel() {}

    /**
     * Opens a channel, which is connected by its first call.
     *
     * @throws InputException if the options of TLS do not fit or their files have not what they should
     */
    public static ManagedChannel open(HostAndPort server, TlsOptions tls) {
        tls.check();
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        return Grpc.newChannelBuilder(Targets.toUri(server), credentials(tls)).build();
    }

    private static ChannelCredentials credentials(TlsOptions tls) {
        if (!tls.enabled()) {
            return InsecureChannelCredentials.create();
        }
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        try {
            if (tls.ca() != null) {
                credentials.trustManager(tls.ca().toFile());
            }
            if (tls.cert() != null && tls.key() != null) {
                credentials.keyManager(tls.cert().toFile(), tls.key().toFile());
            }
        } catch (IOException unreadable) {
            throw new InputException("Expected files that can be read for --ca, --cert and --key.", unreadable);
        }
        return credentials.build();
    }
}
