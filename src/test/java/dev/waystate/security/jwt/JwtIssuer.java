package dev.waystate.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Issues tokens, and serves its public keys over HTTP as a test wants. */
public final class JwtIssuer implements AutoCloseable {

    public static final String ISSUER = "https://issuer.example/";
    public static final String AUDIENCE = "waystate";

    /** The key of all issuers. To make one takes half a second. */
    private static final RSAKey RSA = rsaKey("rsa-1");

    /** How the keys are served. */
    public interface Serving {
        void answer(HttpExchange exchange, String keys) throws IOException, InterruptedException;
    }

    public static final Serving WELL = (exchange, keys) -> respond(exchange, 200, keys);

    public final RSAKey rsa = RSA;
    public final ECKey ec = ecKey("ec-1");
    public final AtomicInteger fetches = new AtomicInteger();
    public volatile Serving serving = WELL;
    public volatile List<? extends JWK> keys = List.of(rsa, ec);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public JwtIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        } catch (IOException noPort) {
            throw new AssertionError(noPort);
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    public String jwks() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    /** Returns the set of the public keys. */
    public String publicKeys() {
        return new JWKSet(List.copyOf(keys)).toPublicJWKSet().toString();
    }

    public static RSAKey rsaKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).keyUse(KeyUse.SIGNATURE).generate();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static ECKey ecKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Claims with which a token is good for a minute. */
    public static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("robot")
                .claim("scope", "openid state:read state:write displacement:compute")
                .expirationTime(Date.from(Instant.now().plusSeconds(60)));
    }

    public String token(JWTClaimsSet.Builder claims) {
        return token(JWSAlgorithm.RS256, rsa, claims);
    }

    public static String token(JWSAlgorithm algorithm, JWK key, JWTClaimsSet.Builder claims) {
        return token(
                new JWSHeader.Builder(algorithm)
                        .keyID(key.getKeyID())
                        .type(JOSEObjectType.JWT)
                        .build(),
                key,
                claims);
    }

    public static String token(JWSHeader header, JWK key, JWTClaimsSet.Builder claims) {
        try {
            SignedJWT jwt = new SignedJWT(header, claims.build());
            jwt.sign(key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key));
            return jwt.serialize();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        fetches.incrementAndGet();
        try {
            serving.answer(exchange, publicKeys());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
