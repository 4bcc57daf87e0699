package dev.waystate.ops;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.NamedPipe;
import dev.waystate.OtherJava;
import dev.waystate.ServerProcess;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class StartIT {

    /** The form of a line in which the server's log or the JVM asks for attention. */
    private static final Pattern COMPLAINT = Pattern.compile("\\bWARN\\b|\\bERROR\\b|WARNING:|\\[(warning|error)");

    /** Runs the server's command without the ports that it always has. */
    private static final List<String> WITHOUT_PORTS = List.of(
            "sh",
            "-c",
            "for word in \"$@\"; do shift; case $word in --*server.port=0) ;; *) set -- \"$@\" \"$word\"; esac; done; exec \"$@\"",
            "sh");

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void startsServesAndEndsWithTheOneWarningThatItIsOpen() throws Exception {
        servesWithoutAnyOtherWarning(List.of(), "using Java " + System.getProperty("java.version"));
    }

    @Test
    void startsServesAndEndsWithTheOneWarningThatItIsOpenOnJava25() throws Exception {
        Optional<Path> java = OtherJava.java25();
        assumeTrue(java.isPresent(), "there is no Java 25 in JAVA_HOME_25 or under /usr/lib/jvm");
        servesWithoutAnyOtherWarning(OtherJava.insteadOfItsJvm(java.get()), "using Java 25");
    }

    @Test
    void poolWithoutThreadsIsRefusedByTheNameOfItsKey() throws Exception {
        assertRefused(
                List.of("--waystate.executor.pool-size=0"),
                "waystate.executor.pool-size",
                "must be greater than or equal to 1");
    }

    @Test
    void callerWithAWeakTokenIsRefusedByTheNameOfItsKeyAndWithoutTheToken() throws Exception {
        List<String> output = assertRefused(
                List.of(
                        "--waystate.security.callers[0].name=farm",
                        "--waystate.security.callers[0].tokens=swordfish",
                        "--waystate.security.callers[0].permissions=state:read"),
                "waystate.security.callers[0].tokens[0]: expected at least 16 characters");
        assertThat(output).noneMatch(line -> line.contains("swordfish"));
    }

    @Test
    void halfConfiguredTlsIsRefusedByTheNameOfItsKey() throws Exception {
        assertRefused(
                List.of("--waystate.security.tls.client-auth=required"),
                "waystate.security.tls.bundle: expected the name of an SSL bundle");
    }

    @Test
    void certificateThatIsNotThereIsRefusedByTheNameOfItsKey() throws Exception {
        assertRefused(
                List.of(
                        "--waystate.security.tls.bundle=port",
                        "--spring.ssl.bundle.pem.port.keystore.certificate=none.pem",
                        "--spring.ssl.bundle.pem.port.keystore.private-key=none.key"),
                "spring.ssl.bundle.pem.port.keystore.certificate",
                "spring.ssl.bundle.pem.port.keystore.private-key",
                "expected a file that can be read");
    }

    /** To open one would take until somebody writes to it. */
    @Test
    void pipesInThePlaceOfFilesAreRefusedByTheNamesOfTheirKeys() throws Exception {
        Path pipe = NamedPipe.make(directory.resolve("pipe"));
        assertRefused(
                List.of(
                        "--waystate.security.callers[0].name=reader",
                        "--waystate.security.callers[0].permissions=state:read",
                        "--waystate.security.callers[0].token-file=" + pipe),
                "waystate.security.callers[0].token-file: expected a file that can be read");
        assertRefused(
                List.of(
                        "--waystate.security.tls.bundle=port",
                        "--spring.ssl.bundle.pem.port.keystore.certificate=" + pipe,
                        "--spring.ssl.bundle.pem.port.keystore.private-key=" + pipe),
                "spring.ssl.bundle.pem.port.keystore.certificate",
                "expected a file that can be read");
    }

    @Test
    void fileThatIsNoYamlIsRefusedWithTheLine() throws Exception {
        Files.writeString(directory.resolve("application.yml"), "waystate:\n  limits:\n bad: 1\n");
        assertRefused(List.of(), "Expected YAML in application.yml", "line 3, column 2");
    }

    @Test
    void valueOfAnotherTypeIsRefusedByTheNameOfItsKey() throws Exception {
        List<String> output = assertRefused(
                List.of("--waystate.state-log.read-connections=many"), "waystate.state-log.read-connections", "many");
        assertThat(output).noneMatch(line -> line.contains("memory leak"));
    }

    @Test
    void propertiesThatAreNoJsonAreRefusedByTheNameOfTheirVariable() throws Exception {
        List<String> wrapper = new ArrayList<>(List.of("env", "SPRING_APPLICATION_JSON={bad"));
        wrapper.addAll(WITHOUT_PORTS);
        assertRefused(wrapper, List.of(), "SPRING_APPLICATION_JSON", "expected a JSON object");
    }

    @Test
    void ageWithoutAUnitRemovesNoRecord() throws Exception {
        assertRefused(
                List.of("--waystate.state-log.retention.max-age=90"),
                "waystate.state-log.retention.max-age: expected a time with its unit",
                "but found 90");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void portThatIsNoneIsRefusedByTheNameOfItsKey() throws Exception {
        assertRefused(
                WITHOUT_PORTS,
                List.of("--grpc.server.port=-1"),
                "grpc.server.port: expected a port from 0, for any, to 65535, but found -1");
    }

    @Test
    void propertyOfTheStarterThatDoesNothingIsRefusedWithTheOneThatDoes() throws Exception {
        assertRefused(
                List.of("--grpc.server.max-inbound-message-size=4MB"),
                "grpc.server.max-inbound-message-size: expected waystate.limits.message-size");
    }

    /** Kubernetes sets such variables for Services called grpc-server and server. */
    @ParameterizedTest
    @ValueSource(strings = {"GRPC_SERVER_PORT", "SERVER_PORT"})
    void portThatIsAnAddressIsRefusedByTheNameOfItsVariable(String variable) throws Exception {
        List<String> wrapper = new ArrayList<>(List.of("env", variable + "=tcp://10.0.0.1:50051"));
        wrapper.addAll(WITHOUT_PORTS);
        assertRefused(wrapper, List.of(), variable, "tcp://10.0.0.1:50051");
    }

    /** By then the port for health and metrics is open, and Spring does not close it. */
    @Test
    void failedStartEndsThoughThePortOfItsOwnForHealthIsOpen() throws Exception {
        List<String> wrapper = new ArrayList<>(List.of("env", "SERVER_PORT=0", "MANAGEMENT_SERVER_PORT=0"));
        wrapper.addAll(WITHOUT_PORTS);
        try (ServerSocket taken = new ServerSocket(0);
                ServerProcess server =
                        ServerProcess.launch(directory, wrapper, "--grpc.server.port=" + taken.getLocalPort())) {
            assertThat(server.process().waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(server.process().exitValue()).isEqualTo(1);
            assertThat(String.join("\n", server.output())).contains("grpc.server.port: Failed to bind to address");
        }
    }

    private List<String> assertRefused(List<String> arguments, String... words) throws Exception {
        return assertRefused(List.of(), arguments, words);
    }

    private List<String> assertRefused(List<String> wrapper, List<String> arguments, String... words) throws Exception {
        try (ServerProcess server = ServerProcess.launch(directory, wrapper, arguments.toArray(String[]::new))) {
            assertThat(server.process().waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(server.process().exitValue()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(
                            () -> assertThat(String.join("\n", server.output())).contains(words));
            assertThat(server.output()).noneMatch(line -> line.startsWith("\tat "));
            return server.output();
        }
    }

    private void servesWithoutAnyOtherWarning(List<String> wrapper, String jvm) throws Exception {
        try (ServerProcess server = ServerProcess.launchJar(directory, wrapper)) {
            server.awaitStart();
            try (Client client = Client.of(server)) {
                assertThat(client.displacement()).isEqualTo(12.165525f);
                client.streamState(3);
            }
            assertThat(server.terminate()).isEqualTo(143);
            assertThat(server.output()).anyMatch(line -> line.contains(jvm));
            assertThat(server.output())
                    .filteredOn(COMPLAINT.asPredicate())
                    .singleElement(as(InstanceOfAssertFactories.STRING))
                    .contains("The server is open: calls are not encrypted, and it asks for no credentials");
        }
    }
}
