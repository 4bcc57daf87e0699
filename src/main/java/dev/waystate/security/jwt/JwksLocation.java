package dev.waystate.security.jwt;

import com.google.common.io.Closeables;
import dev.waystate.process.RegularFile;
import dev.waystate.process.Utf8;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/** The file or URL of a JWK set. It is read in bounded size and time, which the library's own retriever does not do. */
final class JwksLocation {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_REDIRECTS = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final int OK = 200;

    private final URI uri;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private JwksLocation(URI uri) {
        this.uri = uri;
    }

    /** Returns the location that a text names; empty if its scheme is not file, http or https. */
    static Optional<JwksLocation> of(String text) {
        try {
            URI uri = URI.create(text);
            boolean known = hasScheme(uri, "file")
                    || (hasScheme(uri, "http") || hasScheme(uri, "https")) && uri.getHost() != null;
            return known ? Optional.of(new JwksLocation(uri)) : Optional.empty();
        } catch (IllegalArgumentException noUri) {
            return Optional.empty();
        }
    }

    private static boolean hasScheme(URI uri, String scheme) {
        return scheme.equalsIgnoreCase(uri.getScheme());
    }

    boolean isFile() {
        return hasScheme(uri, "file");
    }

    /** Returns whether somebody on the way can change the keys. */
    boolean isUnprotected() {
        return hasScheme(uri, "http");
    }

    /**
     * Returns the bytes that are there now. Blocks, for four seconds at most when they come over HTTP.
     *
     * @throws IOException if they cannot be read, or are more than 256 KiB
     */
    byte[] read(OutgoingTraces traces) throws IOException, InterruptedException {
        return isFile()
                ? bounded(RegularFile.open(Utf8.path(uri.getSchemeSpecificPart())))
                : get(uri, MAX_REDIRECTS, System.nanoTime() + TIMEOUT.toNanos(), traces);
    }

    private static byte[] bounded(InputStream in) throws IOException {
        try (in) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("expected at most " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }

    /** @param deadline by {@link System#nanoTime} */
    private byte[] get(URI target, int redirects, long deadline, OutgoingTraces traces)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))) // for the headers alone
                .header("accept", "application/json")
                .header("accept-encoding", "gzip");
        HttpResponse<InputStream> response = traces.send(client, request, BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            CompletableFuture.delayedExecutor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                    .execute(() -> Closeables.closeQuietly(body)); // ends the reading with an exception
            if (response.statusCode() == OK) {
                return content(response, body);
            }
            String problem = "expected status 200, but it is " + response.statusCode();
            Optional<URI> redirect = response.headers().firstValue("location").map(target::resolve);
            if (redirect.isEmpty()) {
                throw new IOException(problem);
            }
            if (redirects == 0
                    || !hasScheme(target, "https")
                    || !origin(target).equalsIgnoreCase(origin(redirect.get()))) {
                throw new IOException(problem + ", a redirect to " + origin(redirect.get())
                        + ": only a few within one https: server are followed");
            }
            return get(redirect.get(), redirects - 1, deadline, traces);
        } catch (IOException failed) {
            throw System.nanoTime() - deadline < 0
                    ? failed
                    : new IOException("expected the whole answer within " + TIMEOUT.toSeconds() + " seconds");
        }
    }

    private static byte[] content(HttpResponse<?> response, InputStream body) throws IOException {
        String encoding = response.headers()
                .firstValue("content-encoding")
                .orElse("identity")
                .toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "identity" -> bounded(body);
            // Both sizes are bounded.
            case "gzip", "x-gzip" -> bounded(new GZIPInputStream(new ByteArrayInputStream(bounded(body))));
            default -> throw new IOException("expected gzip or no content encoding, but it is " + encoding);
        };
    }

    private static String origin(URI uri) {
        int port = uri.getPort() >= 0 ? uri.getPort() : hasScheme(uri, "http") ? 80 : 443;
        return uri.getScheme() + "://" + uri.getHost() + ":" + port;
    }

    /** Returns scheme, host, port and path: the rest may be secret. */
    @Override
    public String toString() {
        return isFile() ? "file:" + uri.getSchemeSpecificPart() : origin(uri) + uri.getPath();
    }
}
