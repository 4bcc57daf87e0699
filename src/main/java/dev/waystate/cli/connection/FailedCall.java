package dev.waystate.cli.connection;

import dev.waystate.text.VisibleText;
import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Explains a failed call in one sentence. It has the server's own words with their code; or what keeps the client from
 * the server, and what to do about it. Failures of connections are told apart by the messages of gRPC's and the JDK's
 * exceptions, since nothing else tells them apart.
 */
public final class FailedCall {

    /** The description of the status of a stream that is given up before it is open. */
    static final String NOT_CONNECTED = "not connected in time";

    /** How gRPC describes a connection that the other side has closed without a reason. */
    static final String CLOSED = "Network closed for unknown reason";

    /** The description of the status of a stream that is given up because nothing moves. */
    static final String STALLED = "no progress in time";

    private static final String ALERT = "Received fatal alert: ";

    /**
     * The alerts with which servers refuse a client certificate. Servers differ, and some send the same alert for a
     * missing one.
     */
    private static final List<String> CERTIFICATE_ALERTS = List.of(
            "bad_certificate",
            "certificate_required",
            "certificate_unknown",
            "certificate_expired",
            "certificate_revoked",
            "unsupported_certificate",
            "unknown_ca",
            "access_denied");

    private static final String JAVA_OPTION = ", an option of Java: the launcher takes those in WAYSTATE_JAVA_OPTIONS.";

    private final String target;
    private final boolean http;
    private final String targetOption;
    private final Optional<String> proxy;
    private final TlsOptions tls;
    private final Status status;
    private final List<Throwable> causes;

    /** @param channel where the channel leads to; null for a URL, which is asked over HTTP */
    public FailedCall(String target, @Nullable Target channel, TlsOptions tls, Status status) {
        this.target = VisibleText.of(target);
        this.http = channel == null;
        this.targetOption = http ? "--http" : "--target";
        this.proxy = channel == null ? Optional.empty() : HostResolver.proxy(channel);
        this.tls = tls;
        this.status = status;
        this.causes = Causes.of(status.getCause());
    }

    public String explain() {
        return connectionProblem().orElseGet(this::answer);
    }

    private Optional<String> connectionProblem() {
        return switch (status.getCode()) {
            case UNAVAILABLE, INTERNAL, UNKNOWN ->
                noServer()
                        .or(this::noTrust)
                        .or(this::noEntry)
                        .or(this::noTls)
                        .or(this::otherProtocol)
                        .or(this::noConnection);
            case DEADLINE_EXCEEDED -> late();
            default -> Optional.empty();
        };
    }

    private Optional<String> noServer() {
        if (hasCause(UnknownHostException.class) || isDescribed("Unable to resolve host")) {
            return Optional.of(
                    "The host of " + target + " is not known: check the name given with " + targetOption + ".");
        }
        if (proxy.isPresent() && (hasCause(ConnectException.class) || isRefusedByTheProxy())) {
            return Optional.of("The proxy " + VisibleText.of(proxy.get())
                    + ", which the system properties https.proxyHost and https.proxyPort"
                    + " name, does not lead to " + target + ": mend it, or have it passed by with"
                    + " -Dhttp.nonProxyHosts=HOST" + JAVA_OPTION);
        }
        if (hasCause(ConnectException.class)) {
            return Optional.of("Nothing answers at " + target + ": is the server running? Start it with"
                    + " 'java -jar waystate.jar', or name another with " + targetOption + ".");
        }
        return Optional.empty();
    }

    private Optional<String> noTrust() {
        if (hasCause(CertificateExpiredException.class) || hasCause(CertificateNotYetValidException.class)) {
            return Optional.of("The certificate of " + target
                    + (hasCause(CertificateExpiredException.class) ? " has expired" : " is not valid yet") + " ("
                    + VisibleText.of(rootMessage()) + "): the server needs another one, or this machine's clock is"
                    + " wrong.");
        }
        if (Causes.messageWith("PKIX path", causes).isPresent()) {
            return Optional.of("The certificate of " + target + " is not from an authority that is trusted here: "
                    + (http
                            ? "name those to trust with -Djavax.net.ssl.trustStore=FILE" + JAVA_OPTION
                            : "name the authority's certificate with --ca."));
        }
        return Causes.messageWith("No subject alternative", causes)
                .or(() -> Causes.messageWith("No name matching", causes))
                .map(message -> "The certificate of " + target + " is for another host (" + VisibleText.of(message)
                        + "): name the server as its certificate does with " + targetOption + ".");
    }

    private Optional<String> noEntry() {
        return CERTIFICATE_ALERTS.stream()
                .filter(alert -> Causes.messageWith(ALERT + alert, causes).isPresent())
                .findFirst()
                .map(this::certificateRefused);
    }

    private String certificateRefused(String alert) {
        if (http) {
            return "The server at " + target
                    + " wants a client certificate, which --http has not: ask the gRPC port, with"
                    + " --target, --cert and --key.";
        }
        return tls.hasCertificate()
                ? "The server at " + target + " does not accept the certificate of --cert (" + alert
                        + "): check that it is valid, and from an authority that the server trusts."
                : "The server at " + target + " wants a client certificate: name yours with --cert and --key.";
    }

    private Optional<String> noTls() {
        if (Causes.messageWith("not an SSL/TLS record", causes).isPresent()
                || Causes.messageWith("unrecognized SSL message", causes).isPresent()) {
            return Optional.of("The server at " + target + " does not use TLS: "
                    + (http ? "begin the URL with http:." : "leave out --tls, --ca, --cert and --key."));
        }
        return hasCause(SSLException.class)
                ? Optional.of("No TLS connection to " + target + " ("
                        + VisibleText.of(rootMessage())
                        + "): check "
                        + (http
                                ? "the URL, and the certificate of the server."
                                : "--ca, and --cert with --key if the server asks for a client certificate."))
                : Optional.empty();
    }

    private Optional<String> otherProtocol() {
        boolean other = isDescribed(CLOSED)
                || Causes.messageWith("HTTP/2", causes).isPresent()
                || Causes.messageWith("not SETTINGS", causes).isPresent();
        return other
                ? Optional.of("What answers at " + target + " does not speak gRPC"
                        + (tls.enabled() ? " over TLS" : " without TLS") + ": check the port, and "
                        + (tls.enabled() ? "try without --tls." : "use --tls if the server does."))
                : Optional.empty();
    }

    private Optional<String> noConnection() {
        return hasCause(IOException.class)
                ? Optional.of("No connection to " + target + " (" + VisibleText.of(rootMessage())
                        + "): check the network, and that this is the right server.")
                : Optional.empty();
    }

    private Optional<String> late() {
        return isDescribed("deadline exceeded after") || isDescribed(NOT_CONNECTED) || isDescribed(STALLED)
                ? Optional.of("DEADLINE_EXCEEDED: " + target
                        + " did not answer in time: check that it can be reached, or allow more with --timeout.")
                : Optional.empty();
    }

    private String answer() {
        String description = status.getDescription() == null ? "the server gave no reason" : status.getDescription();
        return status.getCode() + ": " + VisibleText.of(description) + hint();
    }

    private String hint() {
        return switch (status.getCode()) {
            case UNAUTHENTICATED -> " (name a token with --token-file, or a certificate with --cert and --key)";
            case ABORTED -> " (only one command at a time can append as a source)";
            case UNIMPLEMENTED -> " (is " + target + " the right server, and recent enough?)";
            default -> "";
        };
    }

    private boolean isRefusedByTheProxy() {
        return Causes.messageWith("status: ", causes).isPresent(); // the HTTP status that answers CONNECT
    }

    private String rootMessage() {
        Throwable root = causes.get(causes.size() - 1);
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private boolean hasCause(Class<? extends Throwable> type) {
        return causes.stream().anyMatch(type::isInstance);
    }

    private boolean isDescribed(String text) {
        return status.getDescription() != null && status.getDescription().contains(text);
    }
}
