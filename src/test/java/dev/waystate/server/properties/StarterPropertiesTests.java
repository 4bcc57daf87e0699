package dev.waystate.server.properties;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import net.devh.boot.grpc.server.config.GrpcServerProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StarterPropertiesTests {

    private static final List<String> TAKEN = List.of(
            "grpc.server.address",
            "grpc.server.in-process-name",
            "grpc.server.port",
            "grpc.server.reflection-service-enabled",
            "grpc.server.shutdown-grace-period");

    private static final Map<String, String> VALUES = Map.of(
            "java.lang.Boolean", "false", "java.time.Duration", "1s", "org.springframework.util.unit.DataSize", "1KB");

    @ParameterizedTest
    @CsvSource({
        "max-inbound-message-size, 4MB, waystate.limits.message-size",
        "max-inbound-metadata-size, 1MB, waystate.limits.metadata-size",
        "max-connection-idle, 1m, waystate.limits.connection-idle",
        "max-connection-age, 1m, waystate.limits.connection-age",
        "max-connection-age-grace, 1m, waystate.limits.connection-age-grace",
        "enable-keep-alive, true, waystate.limits.keepalive-time",
        "keep-alive-time, 1m, waystate.limits.keepalive-time",
        "keepAliveTimeout, 1m, waystate.limits.keepalive-timeout",
        "permit-keep-alive-time, 1m, waystate.limits.permit-keepalive-time",
        "permit-keep-alive-without-calls, true, waystate.limits.connection-idle",
        "security.private-key-password, swordfish, waystate.security.tls.bundle"
    })
    void whatTheServerOverridesIsRefusedWithWhatToSetInstead(String key, String value, String replacement) {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> check(Map.of("grpc.server." + key, value)))
                .withMessageMatching("grpc\\.server\\.[a-z.-]+: expected " + replacement + " in its place");
    }

    @Test
    void everyPropertyOfTheStarterIsTakenOrRefused() throws IOException {
        List<JsonNode> properties = starterProperties().toList();
        assertThat(properties)
                .extracting(property -> property.get("name").asString())
                .containsAll(TAKEN);
        assertThat(properties)
                .filteredOn(property -> !TAKEN.contains(property.get("name").asString()))
                .hasSizeGreaterThan(10)
                .allSatisfy(property -> assertThatExceptionOfType(InvalidPropertyException.class)
                        .isThrownBy(() -> check(Map.of(
                                property.get("name").asString(),
                                VALUES.get(property.get("type").asString())))));
    }

    /** Returns what the starter says of its properties, without those of TLS, which are refused together. */
    private static Stream<JsonNode> starterProperties() throws IOException {
        Path jar = Path.of(URI.create(GrpcServerProperties.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        try (JarFile starter = new JarFile(jar.toFile());
                InputStream metadata =
                        starter.getInputStream(starter.getEntry("META-INF/spring-configuration-metadata.json"))) {
            return JsonMapper.builder()
                    .build()
                    .readTree(metadata)
                    .get("properties")
                    .valueStream()
                    .filter(property -> !property.get("name").asString().startsWith("grpc.server.security."));
        }
    }

    @Test
    void propertyThatTheStarterDoesNotHaveIsRefusedByItsName() {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> check(Map.of("grpc.server.prot", "50052")))
                .withMessage(
                        "grpc.server.prot: expected a property of the gRPC starter, but there is none of this name");
    }

    @Test
    void theEnvironmentsSpellingIsRefusedToo() {
        Environment environment = environment(new SystemEnvironmentPropertySource(
                "a-systemEnvironment", Map.of("GRPC_SERVER_MAXINBOUNDMESSAGESIZE", "1MB")));
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> new StarterProperties(new GrpcServerProperties(), environment))
                .withMessage(
                        "grpc.server.max-inbound-message-size: expected waystate.limits.message-size in its place");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, -2, 65_536})
    void portThatIsNoneIsRefused(int port) {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> check(Map.of("grpc.server.port", "" + port)))
                .withMessage("grpc.server.port: expected a port from 0, for any, to 65535, but found " + port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "unix:/run/waystate.sock", ""})
    void addressThatIsNoneIsRefused(String address) {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> check(Map.of("grpc.server.address", address)))
                .withMessage("grpc.server.address: expected an IP address, or * for any, but found " + address);
    }

    @Test
    void healthCannotBeSwitchedOff() {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> check(Map.of("grpc.server.health-service-enabled", "false")))
                .withMessageStartingWith("grpc.server.health-service-enabled: expected true");
    }

    @Test
    void whatTheServerTakesFromTheStarterIsTaken() {
        Map<String, Object> properties = Map.of(
                "grpc.server.port", "50052",
                "grpc.server.address", "::1",
                "grpc.server.shutdown-grace-period", "5s",
                "grpc.server.reflection-service-enabled", "false");
        assertThatCode(() -> check(properties)).doesNotThrowAnyException();
        assertThatCode(() -> check(Map.of("grpc.server.address", "*"))).doesNotThrowAnyException();
    }

    @Test
    void onlyTheInProcessServerNeedsNoPort() {
        assertThatCode(() -> check(Map.of("grpc.server.port", "-1", "grpc.server.in-process-name", "test")))
                .doesNotThrowAnyException();
    }

    private static void check(Map<String, Object> properties) {
        Environment environment = environment(new MapPropertySource("test", properties));
        new StarterProperties(
                Binder.get(environment).bindOrCreate("grpc.server", GrpcServerProperties.class), environment);
    }

    private static Environment environment(MapPropertySource properties) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(properties);
        ConfigurationPropertySources.attach(environment);
        return environment;
    }
}
