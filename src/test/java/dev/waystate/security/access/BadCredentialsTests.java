package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.waystate.InProcessTest;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceBlockingStub;
import dev.waystate.proto.Point;
import dev.waystate.security.jwt.JwtIssuer;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Every way in which a credential can be wrong is answered alike, and none reaches a method. */
@InProcessTest
class BadCredentialsTests {

    private static final String TOKEN = "Some-token-0123456789";
    private static final JwtIssuer ISSUER = new JwtIssuer();
    private static final RSAKey FOREIGN = JwtIssuer.rsaKey("rsa-1");

    @TestConfiguration(proxyBeanMethods = false)
    static class Counting {
        @Bean
        @GrpcGlobalServerInterceptor
        CallCounter callCounter() {
            return new CallCounter();
        }
    }

    @GrpcClient("waystate")
    DisplacementServiceBlockingStub stub;

    @Autowired
    CallCounter calls;

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry properties) {
        properties.add("waystate.security.callers[0].name", () -> "known");
        properties.add("waystate.security.callers[0].tokens", () -> TOKEN);
        properties.add("waystate.security.callers[0].permissions", () -> "displacement:compute");
        properties.add("waystate.security.jwt.issuer", () -> JwtIssuer.ISSUER);
        properties.add("waystate.security.jwt.audience", () -> JwtIssuer.AUDIENCE);
        properties.add("waystate.security.jwt.jwks", ISSUER::jwks);
    }

    @AfterAll
    static void stop() {
        ISSUER.close();
    }

    static Stream<Arguments> bad() throws Exception {
        String good = ISSUER.token(JwtIssuer.claims());
        String[] parts = good.split("\\.");
        return Stream.concat(
                Stream.of(
                        with("none"),
                        with("empty", ""),
                        with("scheme alone", "Bearer"),
                        with("scheme and spaces", "Bearer    "),
                        with("other scheme", "Basic " + TOKEN),
                        with("no scheme", TOKEN),
                        with("scheme run into the token", "Bearer" + TOKEN),
                        with("the same entry twice", "Bearer " + TOKEN, "Bearer " + TOKEN),
                        with("a bad entry behind a good one", "Bearer " + TOKEN, "Bearer x"),
                        with("a bad entry before a good one", "Basic x", "Bearer " + TOKEN),
                        with("two tokens in one entry", "Bearer " + TOKEN + " " + TOKEN),
                        with("two tokens with a comma", "Bearer " + TOKEN + ",Bearer " + TOKEN),
                        with("unknown token", "Bearer other-token-0123456789"),
                        with("token with a character more", "Bearer " + TOKEN + "0"),
                        with("token with a character less", "Bearer " + TOKEN.substring(1)),
                        with("token in another case", "Bearer " + TOKEN.toLowerCase()),
                        with("hash of the token", "Bearer sha256:" + "0".repeat(64)),
                        with("6 KB of letters", "Bearer " + "x".repeat(6_000)),
                        with("6 KB of dots", "Bearer " + ".".repeat(6_000))),
                Stream.of(
                        jwt("two parts only", parts[0] + "." + parts[1]),
                        jwt("four parts", good + "." + parts[2]),
                        jwt("no signature", parts[0] + "." + parts[1] + "."),
                        jwt("header that is no JSON", Base64URL.encode("hello") + "." + parts[1] + "." + parts[2]),
                        jwt("header that is nested deeply", nested() + "." + parts[1] + "." + parts[2]),
                        jwt("payload that is no JSON", signed(new JWSHeader(JWSAlgorithm.RS256), "hello")),
                        jwt("algorithm none", new PlainJWT(JwtIssuer.claims().build()).serialize()),
                        jwt(
                                "algorithm none with a signature",
                                Base64URL.encode("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2]),
                        jwt(
                                "HS256 with the public key as its secret",
                                hmac(ISSUER.rsa.toRSAPublicKey().getEncoded())),
                        jwt(
                                "HS256 with the public JWK as its secret",
                                hmac(ISSUER.rsa.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8))),
                        jwt("encrypted with the public key", encrypted()),
                        jwt(
                                "algorithm of another key type",
                                JwtIssuer.token(
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .keyID("ec-1")
                                                .build(),
                                        ISSUER.rsa,
                                        JwtIssuer.claims())),
                        jwt(
                                "unknown key",
                                JwtIssuer.token(JWSAlgorithm.RS256, JwtIssuer.rsaKey("x"), JwtIssuer.claims())),
                        jwt(
                                "foreign key under a known name",
                                JwtIssuer.token(JWSAlgorithm.RS256, FOREIGN, JwtIssuer.claims())),
                        jwt(
                                "foreign key in the header",
                                JwtIssuer.token(
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .jwk(FOREIGN.toPublicJWK())
                                                .build(),
                                        FOREIGN,
                                        JwtIssuer.claims())),
                        jwt(
                                "foreign key's address in the header",
                                JwtIssuer.token(
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .jwkURL(URI.create("http://127.0.0.1:1/keys"))
                                                .build(),
                                        FOREIGN,
                                        JwtIssuer.claims())),
                        jwt(
                                "changed claims",
                                parts[0] + "."
                                        + Base64URL.encode(JwtIssuer.claims()
                                                .subject("admin")
                                                .build()
                                                .toString())
                                        + "." + parts[2]),
                        jwt(
                                "changed signature",
                                parts[0] + "." + parts[1] + "." + (parts[2].startsWith("A") ? "B" : "A")
                                        + parts[2].substring(1)),
                        jwt(
                                "unknown critical header",
                                JwtIssuer.token(
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .keyID("rsa-1")
                                                .criticalParams(Set.of("x"))
                                                .customParam("x", 1)
                                                .build(),
                                        ISSUER.rsa,
                                        JwtIssuer.claims())),
                        jwt(
                                "other type",
                                JwtIssuer.token(
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .keyID("rsa-1")
                                                .type(new JOSEObjectType("logout+jwt"))
                                                .build(),
                                        ISSUER.rsa,
                                        JwtIssuer.claims())),
                        jwt("expired", JwtIssuer.claims().expirationTime(inSeconds(-60))),
                        jwt("without an end", JwtIssuer.claims().expirationTime(null)),
                        jwt("not valid yet", JwtIssuer.claims().notBeforeTime(inSeconds(90))),
                        jwt("foreign issuer", JwtIssuer.claims().issuer("https://other.example/")),
                        jwt("issuer but for a character", JwtIssuer.claims().issuer("https://issuer.example")),
                        jwt("no issuer", JwtIssuer.claims().issuer(null)),
                        jwt("foreign audience", JwtIssuer.claims().audience(List.of("other", "Waystate"))),
                        jwt("no audience", JwtIssuer.claims().audience((String) null)),
                        jwt("no subject", JwtIssuer.claims().subject(null)),
                        jwt("blank subject", JwtIssuer.claims().subject(" ")),
                        jwt(
                                "subject with control characters",
                                JwtIssuer.claims().subject("a\nb")),
                        jwt("subject that is too long", JwtIssuer.claims().subject("x".repeat(257)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void isRefusedLikeAnyOther(String name, List<String> authorizations) {
        int before = calls.count.get();
        StatusRuntimeException refused = refusal(authorizations);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refused.getStatus().getDescription()).isEqualTo("Expected a credential that is valid here");
        assertThat(refused.getTrailers().keys()).containsExactly("x-request-id");
        assertThat(calls.count).hasValue(before);
    }

    static Stream<Arguments> good() {
        return Stream.of(
                with("token", "Bearer " + TOKEN),
                with("scheme in lower case", "bearer " + TOKEN),
                jwt("RS256", ISSUER.token(JwtIssuer.claims())),
                jwt("PS256", JwtIssuer.token(JWSAlgorithm.PS256, ISSUER.rsa, JwtIssuer.claims())),
                jwt("ES256", JwtIssuer.token(JWSAlgorithm.ES256, ISSUER.ec, JwtIssuer.claims())),
                jwt(
                        "access token type",
                        JwtIssuer.token(
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID("rsa-1")
                                        .type(new JOSEObjectType("at+jwt"))
                                        .build(),
                                ISSUER.rsa,
                                JwtIssuer.claims())),
                jwt("no key id", JwtIssuer.token(new JWSHeader(JWSAlgorithm.RS256), ISSUER.rsa, JwtIssuer.claims())),
                jwt("one of several audiences", JwtIssuer.claims().audience(List.of("other", JwtIssuer.AUDIENCE))),
                jwt(
                        "permissions as an array",
                        JwtIssuer.claims().claim("scope", List.of("other", "displacement:compute"))),
                jwt("expired within the skew of clocks", JwtIssuer.claims().expirationTime(inSeconds(-10))),
                jwt("valid from within the skew of clocks", JwtIssuer.claims().notBeforeTime(inSeconds(10))));
    }

    /** The control: what differs from those above in one thing only gets through. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void isLetThrough(String name, List<String> authorizations) {
        int before = calls.count.get();
        assertThat(call(authorizations)).isEqualTo(5);
        assertThat(calls.count).hasValue(before + 1);
    }

    static Stream<Arguments> powerless() {
        return Stream.of(
                jwt("no permissions", JwtIssuer.claims().claim("scope", null)),
                jwt("others' permissions", JwtIssuer.claims().claim("scope", "displacement computes state:read")),
                jwt("permissions that are no text", JwtIssuer.claims().claim("scope", 7)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("powerless")
    void isKnownAndMayNot(String name, List<String> authorizations) {
        StatusRuntimeException refused = refusal(authorizations);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused.getStatus().getDescription()).isEqualTo("Expected a caller that may do this");
    }

    private StatusRuntimeException refusal(List<String> authorizations) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> call(authorizations));
    }

    private float call(List<String> authorizations) {
        return stub.withInterceptors(Credentials.authorizations(authorizations.toArray(String[]::new)))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.newBuilder()
                        .setEnd(Point.newBuilder().setX(3).setY(4))
                        .build())
                .getDistance();
    }

    private static Arguments with(String name, String... authorizations) {
        return Arguments.of(name, List.of(authorizations));
    }

    private static Arguments jwt(String name, String token) {
        return with(name, "Bearer " + token);
    }

    private static Arguments jwt(String name, JWTClaimsSet.Builder claims) {
        return jwt(name, ISSUER.token(claims));
    }

    private static Date inSeconds(int seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private static Base64URL nested() {
        return Base64URL.encode("{\"alg\":\"RS256\",\"x\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}");
    }

    private static String signed(JWSHeader header, String payload) throws JOSEException {
        JWSObject object = new JWSObject(header, new Payload(payload));
        object.sign(new RSASSASigner(ISSUER.rsa));
        return object.serialize();
    }

    private static String hmac(byte[] secret) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa-1").build(),
                JwtIssuer.claims().build());
        jwt.sign(new MACSigner(secret));
        return jwt.serialize();
    }

    private static String encrypted() throws JOSEException {
        EncryptedJWT jwt = new EncryptedJWT(
                new JWEHeader(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM),
                JwtIssuer.claims().build());
        jwt.encrypt(new RSAEncrypter(ISSUER.rsa.toRSAPublicKey()));
        return jwt.serialize();
    }

    /** Counts the calls that come to where methods, and all that stands before them, are. */
    static final class CallCounter implements ServerInterceptor {

        final AtomicInteger count = new AtomicInteger();

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            count.incrementAndGet();
            return next.startCall(call, headers);
        }
    }
}
