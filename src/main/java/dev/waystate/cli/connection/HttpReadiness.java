package dev.waystate.cli.connection;

import com.google.common.primitives.Ints;
import dev.waystate.text.InputException;
import dev.waystate.text.UsageException;
import dev.waystate.text.VisibleText;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.time.Duration;
import java.util.Map;

/** Asks the HTTP port for the server's readiness, which is always that of the gRPC port. */
public final class HttpReadiness {

    private static final String PATH = "/actuator/health/readiness";

    private HttpReadiness() {}

    /** Returns the URL of the readiness on this machine, with the port that the environment names. */
    public static String localUrl(Map<String, String> environment) {
        return "http://localhost:" + LocalPorts.actuator(environment) + PATH;
    }

    /**
     * Asks once. Follows no redirect: what it leads to would have another meaning.
     *
     * @param url the readiness; one without a path names only the port
     * @throws InputException if there is no readiness at the address
     */
    public static ServingStatus ask(String url, Duration timeout) {
        try {
            HttpURLConnection connection = open(url, timeout);
            return switch (connection.getResponseCode()) {
                case HttpURLConnection.HTTP_OK -> ServingStatus.SERVING;
                case HttpURLConnection.HTTP_UNAVAILABLE -> ServingStatus.NOT_SERVING;
                default ->
                    throw new InputException("Expected the readiness at "
                            + VisibleText.of(connection.getURL().toString()) + ", but found HTTP "
                            + connection.getResponseCode() + ".");
            };
        } catch (SocketTimeoutException late) {
            throw Status.DEADLINE_EXCEEDED
                    .withDescription(FailedCall.NOT_CONNECTED)
                    .withCause(late)
                    .asRuntimeException();
        } catch (IOException failed) {
            throw Status.UNAVAILABLE
                    .withDescription(String.valueOf(failed.getMessage()))
                    .withCause(failed)
                    .asRuntimeException();
        }
    }

    private static HttpURLConnection open(String url, Duration timeout) throws IOException {
        try {
            URL named = new URL(url);
            boolean isPort = named.getFile().isEmpty() || named.getFile().equals("/");
            URL asked = isPort ? new URL(named, PATH) : named;
            if (asked.openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection connection
                    && !asked.getHost().isEmpty()) {
                connection.setInstanceFollowRedirects(false);
                int millis = Math.max(1, Ints.saturatedCast(timeout.toMillis())); // 0 would be no limit
                connection.setConnectTimeout(millis);
                connection.setReadTimeout(millis);
                return connection;
            }
        } catch (MalformedURLException noUrl) {
            // said below
        }
        throw new UsageException("Expected an http or https URL for --http, but found " + VisibleText.of(url) + ".");
    }
}
