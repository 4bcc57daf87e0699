package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.RetryInfo;
import com.nimbusds.jose.JWSAlgorithm;
import dev.waystate.InProcessTest;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceBlockingStub;
import dev.waystate.security.jwt.JwtIssuer;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.status.TryLaterException;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Networks that present more wrong credentials than may be. */
class RefusedRateTests {

    private static final String TOKEN = "some-token-0123456789";

    @Nested
    @InProcessTest
    class OfCalls {

        private static final JwtIssuer ISSUER = new JwtIssuer();

        @GrpcClient("waystate")
        DisplacementServiceBlockingStub stub;

        @Autowired
        MeterRegistry meters;

        @DynamicPropertySource
        static void configure(DynamicPropertyRegistry properties) {
            properties.add("waystate.security.refused-rate", () -> 1);
            properties.add("waystate.security.refused-burst", () -> 20);
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

        @Test
        void areToldWhenToTryAgainWhileKnownCredentialsOfTheSameNetworkPass() throws Exception {
            String verified = ISSUER.token(JwtIssuer.claims());
            call(verified);
            String foreign = JwtIssuer.token(JWSAlgorithm.RS256, JwtIssuer.rsaKey("rsa-1"), JwtIssuer.claims());
            StatusRuntimeException refusal = refusal(foreign);
            for (int i = 0; i < 100 && refusal.getStatus().getCode() == Code.UNAUTHENTICATED; i++) {
                refusal = refusal(foreign);
            }

            assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            RetryInfo retry = StatusProto.fromThrowable(refusal).getDetails(0).unpack(RetryInfo.class);
            assertThat(retry.getRetryDelay().getSeconds() * 1_000_000_000L
                            + retry.getRetryDelay().getNanos())
                    .isBetween(1L, 1_000_000_000L);
            assertThat(meters.get("waystate.security.refusals")
                            .tag("reason", "too_many_refused")
                            .counter()
                            .count())
                    .isPositive();
            call(verified);
            call(TOKEN);
        }

        private StatusRuntimeException refusal(String token) {
            return catchThrowableOfType(StatusRuntimeException.class, () -> call(token));
        }

        private void call(String token) {
            stub.withInterceptors(Credentials.bearer(token))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .computeDisplacement(Displacement.getDefaultInstance());
        }
    }

    @Nested
    class OfAttempts {

        private static final int BURST = 5;

        private static final Metadata WRONG = new Metadata();

        static {
            WRONG.put(Credentials.AUTHORIZATION, "Bearer a.b.c");
        }

        private final Scheduler scheduler = Credentials.scheduler();
        private final AtomicInteger verifications = new AtomicInteger();

        @Test
        void costNoMoreVerifications() throws UnknownHostException {
            Authenticator authenticator = authenticator(1, DenialReason.WRONG_SIGNATURE);
            attempts(authenticator, "192.0.2.1", 100);
            assertThat(verifications).hasValueBetween(BURST, BURST + 1);
        }

        /** The control. */
        @Test
        void costAVerificationEachWithoutARate() throws UnknownHostException {
            Authenticator authenticator = authenticator(0, DenialReason.WRONG_SIGNATURE);
            attempts(authenticator, "192.0.2.1", 100);
            assertThat(verifications).hasValue(100);
        }

        @Test
        void leaveOtherNetworksAlone() throws UnknownHostException {
            Authenticator authenticator = authenticator(1, DenialReason.WRONG_SIGNATURE);
            attempts(authenticator, "2001:db8::1", 100);
            assertThat(attempt(authenticator, "2001:db8::2")).isInstanceOf(TryLaterException.class);
            assertThat(attempt(authenticator, "2001:db8:0:1::1")).isInstanceOf(AuthenticationException.class);
        }

        @Test
        void areNoMoreThanTheBurstWhenAllComeBeforeTheFirstIsRefused() throws UnknownHostException {
            Authenticator authenticator = authenticator(1, new CompletableFuture<>());
            for (int i = 0; i < 100; i++) {
                authenticator.authenticate(from("192.0.2.1"), WRONG);
            }
            assertThat(verifications).hasValueBetween(BURST, BURST + 1);
        }

        @ParameterizedTest
        @EnumSource(names = {"NO_KEYS", "BUSY"})
        void areNotThoseThatCouldNotBeVerified(DenialReason reason) throws UnknownHostException {
            attempts(authenticator(1, reason), "192.0.2.1", 100);
            assertThat(verifications).hasValue(100);
        }

        private Authenticator authenticator(int rate, DenialReason reason) {
            return authenticator(rate, CompletableFuture.failedFuture(new AuthenticationException(reason)));
        }

        private Authenticator authenticator(int rate, CompletableFuture<Credential> verification) {
            TokenVerifier verifier = new TokenVerifier() {
                @Override
                public boolean isOn() {
                    return true;
                }

                @Override
                public Optional<Credential> known(TokenHash token) {
                    return Optional.empty();
                }

                @Override
                public CompletableFuture<Credential> verify(String token, Object network) {
                    verifications.incrementAndGet();
                    return verification;
                }
            };
            AccessProperties properties = new AccessProperties(List.of(), rate, BURST);
            return new Authenticator(new ConfiguredCallers(properties, scheduler), verifier, properties);
        }

        private static void attempts(Authenticator authenticator, String address, int number)
                throws UnknownHostException {
            for (int i = 0; i < number; i++) {
                attempt(authenticator, address);
            }
        }

        private static Attributes from(String address) throws UnknownHostException {
            return Attributes.newBuilder()
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, new InetSocketAddress(InetAddress.getByName(address), 1234))
                    .build();
        }

        /** Returns why a token is refused. */
        private static Throwable attempt(Authenticator authenticator, String address) throws UnknownHostException {
            Attributes connection = from(address);
            return catchThrowableOfType(CompletionException.class, authenticator.authenticate(connection, WRONG)::join)
                    .getCause();
        }
    }
}
