package dev.waystate.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Where a JWK set is: a file, or what an HTTP server answers. It is fetched in bounded size and time. */
final class JwksLocation {

    private static final int MAX_BYTES = 256 * 1024;
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

    /** Returns the location that is written so, unless it has another scheme than file, http and https. */
    static Optional<JwksLocation> of(String text) {
        try {
            URI uri = URI.create(text);
            boolean known = "file".equalsIgnoreCase(uri.getScheme())
                    || ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                            && uri.getHost() != null;
            return known ? Optional.of(new JwksLocation(uri)) : Optional.empty();
        } catch (IllegalArgumentException noUri) {
            return Optional.empty();
        }
    }

    boolean isFile() {
        return "file".equalsIgnoreCase(uri.getScheme());
    }

    /** Whether what comes from there may have been changed on its way. */
    boolean isUnprotected() {
        return "http".equalsIgnoreCase(uri.getScheme());
    }

    /**
     * Returns the public keys that are there now. Blocks, for some seconds at most.
     *
     * @throws IOException if they cannot be had, are too large, or are none
     */
    JWKSet fetch() throws IOException, InterruptedException {
        byte[] bytes = isFile() ? readFile() : get();
        if (bytes.length > MAX_BYTES) {
            throw new IOException("expected at most " + MAX_BYTES + " bytes");
        }
        JWKSet keys = parse(bytes);
        if (keys.isEmpty()) {
            throw new IOException("expected public keys, but there are none");
        }
        return keys;
    }

    private static JWKSet parse(byte[] bytes) throws IOException {
        try {
            return JWKSet.parse(new String(bytes, StandardCharsets.UTF_8)).toPublicJWKSet();
        } catch (ParseException | RuntimeException noSet) {
            throw new IOException("expected a JWK set", noSet);
        }
    }

    private byte[] readFile() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of(uri.getSchemeSpecificPart()))) {
            return file.readNBytes(MAX_BYTES + 1);
        }
    }

    private byte[] get() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .header("accept", "application/json")
                .build();
        Executor later = CompletableFuture.delayedExecutor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            later.execute(() -> close(body)); // the request's timeout is for the headers alone
            if (response.statusCode() != OK) {
                throw new IOException("expected status 200, but it is " + response.statusCode());
            }
            return body.readNBytes(MAX_BYTES + 1);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException closed) {
            // that is what was meant
        }
    }

    @Override
    public String toString() {
        return uri.getScheme() + ":" + (isFile() ? uri.getSchemeSpecificPart() : "//" + uri.getHost() + uri.getPath());
    }
}
