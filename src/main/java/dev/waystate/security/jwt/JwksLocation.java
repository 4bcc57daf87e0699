package dev.waystate.security.jwt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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

    /** Returns the location that a text names, unless its scheme is none of file, http and https. */
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
    byte[] read() throws IOException, InterruptedException {
        return isFile() ? bounded(Files.newInputStream(Path.of(uri.getSchemeSpecificPart()))) : get();
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

    private byte[] get() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        URI target = uri;
        for (int redirects = 0; ; redirects++) {
            HttpResponse<InputStream> response = client.send(request(target, deadline), BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                // The request's timeout is for the headers alone.
                Executor later = CompletableFuture.delayedExecutor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                later.execute(() -> close(body));
                Optional<URI> next = redirects < MAX_REDIRECTS ? redirect(target, response) : Optional.empty();
                if (next.isEmpty()) {
                    return content(response, body);
                }
                target = next.get();
            }
        }
    }

    private static HttpRequest request(URI target, long deadline) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new IOException("expected an answer within " + TIMEOUT.toSeconds() + " seconds");
        }
        return HttpRequest.newBuilder(target)
                .timeout(Duration.ofNanos(left))
                .header("accept", "application/json")
                .header("accept-encoding", "gzip")
                .build();
    }

    /** Returns where a response points to, if that is on the same server and reached over TLS. */
    private static Optional<URI> redirect(URI from, HttpResponse<?> response) {
        return location(from, response)
                .filter(to -> hasScheme(from, "https") && hasScheme(to, "https"))
                .filter(to -> from.getHost().equalsIgnoreCase(to.getHost()) && from.getPort() == to.getPort());
    }

    private static Optional<URI> location(URI from, HttpResponse<?> response) {
        try {
            return response.statusCode() / 100 == 3
                    ? response.headers().firstValue("location").map(from::resolve)
                    : Optional.empty();
        } catch (IllegalArgumentException noUri) {
            return Optional.empty();
        }
    }

    private static byte[] content(HttpResponse<?> response, InputStream body) throws IOException {
        if (response.statusCode() != OK) {
            throw new IOException("expected status 200, but it is " + response.statusCode()
                    + location(response.uri(), response)
                            .map(to -> ", a redirect to " + to.getScheme() + "://" + to.getRawAuthority()
                                    + ": only redirects within one https: server are followed")
                            .orElse(""));
        }
        String encoding = response.headers().firstValue("content-encoding").orElse("identity");
        return switch (encoding) {
            case "identity" -> bounded(body);
            // Both sizes are bounded.
            case "gzip", "x-gzip" -> bounded(new GZIPInputStream(new ByteArrayInputStream(bounded(body))));
            default -> throw new IOException("expected gzip or no content encoding, but it is " + encoding);
        };
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException closed) {
            // the reader is told
        }
    }

    /** Returns scheme, host, port and path: what else there is may be secret. */
    @Override
    public String toString() {
        if (isFile()) {
            return "file:" + uri.getSchemeSpecificPart();
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : isUnprotected() ? 80 : 443;
        return uri.getScheme() + "://" + uri.getHost() + ":" + port + uri.getPath();
    }
}
