package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The compose files, of which every key has to be one of those below. */
class ComposeTests {

    private static final String ONE = "compose.yaml";
    private static final String REPLICAS = "compose.replicas.yaml";

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @ParameterizedTest
    @ValueSource(strings = {ONE, REPLICAS})
    void everyServiceIsConfined(String file) throws IOException {
        services(file).forEach((name, service) -> {
            assertThat(service.readOnly()).as(name).isTrue();
            assertThat(service.capDrop()).as(name).containsExactly("ALL");
            assertThat(service.securityOpt()).as(name).containsExactly("no-new-privileges:true");
            assertThat(service.restart()).as(name).isEqualTo("unless-stopped");
            assertThat(service.memLimit()).as(name).isNotNull();
            assertThat(service.stopGracePeriod()).as(name).isNotNull();
            assertThat(service.isOurs() || service.healthcheck() != null)
                    .as("%s has a health check, of its own or of the image", name)
                    .isTrue();
            assertThat(service.ports()).as(name).allMatch(port -> port.startsWith("127.0.0.1:"));
        });
    }

    /** The control. */
    @ParameterizedTest
    @CsvSource({"read_only, readonly", "stop_grace_period, stop_grace", "cap_drop, capdrop", "services, service"})
    void misspeltKeyIsRefused(String key, String misspelt) throws IOException {
        String compose = Files.readString(Defaults.DEPLOY.resolve(ONE));
        assertThatThrownBy(() -> read(compose.replace(key + ":", misspelt + ":")))
                .isInstanceOf(DatabindException.class)
                .hasMessageContaining(misspelt);
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, REPLICAS})
    void imagesOfOthersHaveAVersionAndOursIsBuiltHere(String file) throws IOException {
        assertThat(services(file)).allSatisfy((name, service) -> {
            if (service.isOurs()) {
                assertThat(Defaults.DEPLOY
                                .resolve(String.valueOf(service.build()))
                                .resolve("Dockerfile"))
                        .exists();
            } else {
                assertThat(service.image()).matches("[a-z]+/[a-z]+:v?\\d+\\.\\d+\\.\\d+");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, REPLICAS})
    void mountedFilesAreThereAndVolumesDeclared(String file) throws IOException {
        Compose compose = read(Files.readString(Defaults.DEPLOY.resolve(file)));
        Set<String> used = new TreeSet<>();
        for (Service service : services(file).values()) {
            for (String volume : service.volumes()) {
                String source = volume.substring(0, volume.indexOf(':'));
                if (source.startsWith("./")) {
                    assertThat(Defaults.DEPLOY.resolve(source)).exists();
                    assertThat(volume).endsWith(":ro");
                } else {
                    used.add(source);
                }
            }
            service.configs().forEach(config -> assertThat(compose.configs()).containsKey(config.source()));
        }
        assertThat(compose.volumes().keySet()).isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, REPLICAS})
    void serverWritesWhereItsImageDoesAndHasTimeToEnd(String file) throws IOException {
        assertThat(Defaults.imageVolumes()).containsOnly(Path.of("/app/data"), Path.of("/tmp"));
        assertThat(ours(file)).isNotEmpty().allSatisfy((name, server) -> {
            assertThat(server.volumes()).containsExactly(name + ":/app/data");
            assertThat(server.tmpfs()).singleElement().asString().startsWith("/tmp:exec,");
            assertThat(DurationStyle.detectAndParse(String.valueOf(server.stopGracePeriod())))
                    .isGreaterThan(Defaults.orderlyEnd());
            assertThat(server.ports())
                    .extracting(port -> Integer.parseInt(port.substring(port.lastIndexOf(':') + 1)))
                    .containsExactly(Defaults.grpcPort(), Defaults.httpPort());
            assertThat(properties()).containsAll(server.environment().keySet());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, REPLICAS})
    void prometheusScrapesEveryServer(String file) throws IOException {
        Compose compose = read(Files.readString(Defaults.DEPLOY.resolve(file)));
        List<Map<String, List<String>>> targets = yaml(Files.readString(
                Defaults.DEPLOY.resolve(compose.configs().get("targets").file())));
        assertThat(targets)
                .isEqualTo(List.of(Map.of(
                        "targets",
                        ours(file).keySet().stream()
                                .sorted()
                                .map(name -> name + ":" + Defaults.httpPort())
                                .toList())));
        assertThat(Files.readString(Defaults.DEPLOY.resolve("grafana/provisioning/datasources/waystate.yaml")))
                .contains("url: http://prometheus:9090");
    }

    @Test
    void replicasHaveABrokerOfTheVersionOfTheirClient() throws IOException {
        Service kafka = services(REPLICAS).get("kafka");
        assertThat(kafka.image()).isEqualTo("apache/kafka:" + AppInfoParser.getVersion());
        assertThat(ours(REPLICAS)).hasSize(2).allSatisfy((name, replica) -> {
            assertThat(replica.environment()).containsEntry("SPRING_KAFKA_BOOTSTRAPSERVERS", "kafka:9092");
            assertThat(replica.dependsOn().get("kafka").condition()).isEqualTo("service_healthy");
        });
        assertThat(kafka.environment()).containsEntry("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092");
    }

    private static Map<String, Service> ours(String file) throws IOException {
        Map<String, Service> services = services(file);
        services.values().removeIf(service -> !service.isOurs());
        return services;
    }

    /** Returns the services, those that another file describes as they stand there. */
    private static Map<String, Service> services(String file) throws IOException {
        Map<String, Service> services = new HashMap<>();
        for (Map.Entry<String, Service> entry :
                read(Files.readString(Defaults.DEPLOY.resolve(file))).services().entrySet()) {
            Extended extended = entry.getValue().extended();
            services.put(
                    entry.getKey(),
                    extended == null
                            ? entry.getValue()
                            : Objects.requireNonNull(services(extended.file()).get(extended.service())));
        }
        return services;
    }

    private static Compose read(String text) {
        Map<String, Object> compose = yaml(text);
        compose.keySet().removeIf(key -> key.startsWith("x-"));
        return STRICT.convertValue(compose, Compose.class);
    }

    private static <T> T yaml(String text) {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    }

    /** Returns the names of the environment variables that set properties of the server. */
    private static Set<String> properties() {
        return ComposeTests.class
                .getClassLoader()
                .resources("META-INF/spring-configuration-metadata.json")
                .map(file -> STRICT.readTree(bytes(file)))
                .flatMap(metadata ->
                        StreamSupport.stream(metadata.get("properties").spliterator(), false))
                .map((JsonNode property) -> property.get("name").asString())
                .map(name -> name.toUpperCase(Locale.ROOT).replace(".", "_").replace("-", ""))
                .collect(Collectors.toSet());
    }

    private static byte[] bytes(URL file) {
        try (InputStream in = file.openStream()) {
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private record Compose(
            String name,
            Map<String, Service> services,
            Map<String, Config> configs,
            Map<String, @Nullable Object> volumes) {}

    /** Not with its content: Compose would have to write that into a container that is read-only, and refuses to. */
    private record Config(String file) {}

    private record ConfigMount(String source, String target) {}

    private record Extended(String file, String service) {}

    private record Dependency(String condition) {}

    private record Healthcheck(
            List<String> test,
            String interval,
            String timeout,
            int retries,
            @JsonProperty("start_period") String startPeriod) {}

    private record Service(
            @Nullable String image,
            @Nullable String build,
            @JsonProperty("extends") @Nullable Extended extended,
            List<String> command,
            Map<String, String> environment,
            List<String> tmpfs,
            List<String> volumes,
            List<ConfigMount> configs,
            List<String> ports,
            @Nullable Healthcheck healthcheck,
            @JsonProperty("depends_on") Map<String, Dependency> dependsOn,
            @JsonProperty("read_only") @Nullable Boolean readOnly,
            @JsonProperty("cap_drop") List<String> capDrop,
            @JsonProperty("security_opt") List<String> securityOpt,
            @Nullable String restart,
            @JsonProperty("mem_limit") @Nullable String memLimit,
            @JsonProperty("stop_grace_period") @Nullable String stopGracePeriod) {

        Service {
            environment = environment == null ? Map.of() : environment;
            tmpfs = tmpfs == null ? List.of() : tmpfs;
            volumes = volumes == null ? List.of() : volumes;
            configs = configs == null ? List.of() : configs;
            ports = ports == null ? List.of() : ports;
        }

        boolean isOurs() {
            return "waystate".equals(image);
        }
    }
}
