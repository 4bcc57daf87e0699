package dev.waystate.security.tls;

import dev.waystate.TlsFiles;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A client that begins HTTP/2, and resumes its session as soon as it connects again. */
record TlsClient(SSLContext context) {

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final byte[] PREFACE =
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0").getBytes(StandardCharsets.ISO_8859_1);

    static TlsClient of(TlsFiles authority, @Nullable TlsFiles identity) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        AdvancedTlsX509KeyManager keys =
                new AdvancedTlsX509KeyManager(); // shows what it has, whomever the server trusts
        if (identity != null) {
            keys.updateIdentityCredentials(
                    identity.bundle().getCertificatePath(),
                    identity.bundle().getKeyPair().getPrivate());
        }
        context.init(
                new KeyManager[] {keys}, new TrustManager[] {authority.bundle().toTrustManager()}, null);
        return new TlsClient(context);
    }

    /**
     * Connects, waits until the server speaks HTTP/2, and returns the serial number of its certificate.
     *
     * @throws IOException if the server does not let the client in
     */
    String serialNumberSeen(int port) throws IOException {
        try (SSLSocket socket = begin(port, "TLSv1.3", "TLSv1.2")) {
            return serialNumber(socket);
        }
    }

    /**
     * Begins HTTP/2 over TLS 1.2, asks for new keys, and waits for the end of the connection.
     *
     * @throws IOException if the server refuses that, or the connection goes on
     */
    void renegotiate(int port) throws IOException {
        try (SSLSocket socket = begin(port, "TLSv1.2")) {
            socket.startHandshake();
            socket.getInputStream().readAllBytes();
        }
    }

    private SSLSocket begin(int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            parameters.setProtocols(protocols);
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(PREFACE);
            if (socket.getInputStream().readNBytes(FRAME_HEADER_BYTES).length < FRAME_HEADER_BYTES) {
                throw new IOException("The server has closed the connection");
            }
            return socket;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    /** Connects without anything more, and returns the serial number of the server's certificate. */
    String serialNumberOf(int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.startHandshake();
            return serialNumber(socket);
        }
    }

    private static String serialNumber(SSLSocket socket) throws IOException {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return certificate.getSerialNumber().toString(16);
    }
}
