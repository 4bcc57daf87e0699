package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import com.google.common.base.Throwables;
import dev.waystate.NamedPipe;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.properties.InvalidPropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The effect of a configuration of callers. */
@ExtendWith(OutputCaptureExtension.class)
class ConfiguredCallersTests {

    private static final String FIRST = "first-token-0123456789";
    private static final String SECOND = "second-token-0123456789";
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(AccessProperties.class)
    @Import(ConfiguredCallers.class)
    static class Configured {

        @Bean
        Scheduler scheduler() {
            return Credentials.scheduler();
        }
    }

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(Configured.class);

    @Test
    void withoutAnyThereAreNone() {
        application.run(context ->
                assertThat(context.getBean(ConfiguredCallers.class).isEmpty()).isTrue());
    }

    @Test
    void tokensCanStandInTheEnvironment() {
        Map<String, Object> variables = Map.of(
                "WAYSTATE_SECURITY_CALLERS_0_NAME", "farm",
                "WAYSTATE_SECURITY_CALLERS_0_TOKENS", FIRST + "," + SECOND,
                "WAYSTATE_SECURITY_CALLERS_0_PERMISSIONS", "state:write,state:read",
                "WAYSTATE_SECURITY_CALLERS_0_SOURCES", "cow-*");
        application
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables)))
                .run(context -> {
                    ConfiguredCallers callers = context.getBean(ConfiguredCallers.class);
                    Caller farm = callers.withToken(TokenHash.of(SECOND))
                            .orElseThrow()
                            .caller();
                    assertThat(farm.name()).isEqualTo("farm");
                    assertThat(farm.permissions().contains(Permission.STATE_READ))
                            .isTrue();
                    assertThat(farm.permissions().contains(Permission.DISPLACEMENT_COMPUTE))
                            .isFalse();
                    assertThat(farm.sources().include("cow-1")).isTrue();
                    assertThat(farm.sources().include("dog")).isFalse();
                    assertThat(callers.withToken(TokenHash.of(FIRST + "0"))).isEmpty();
                });
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("callers[0].name: expected a name", List.of("callers[0].name=")),
                Arguments.of("callers[0].name: expected a name", List.of("callers[0].name=a\u0007b")),
                Arguments.of("callers[0].name: expected a name", List.of("callers[0].name=" + "x".repeat(257))),
                Arguments.of(
                        "callers[0]: expected tokens, a token-file or a certificate", List.of("callers[0].tokens=")),
                Arguments.of(
                        "callers[0].permissions: expected any of displacement:compute, state:write, state:read",
                        List.of("callers[0].permissions=")),
                Arguments.of("but found state:wrte", List.of("callers[0].permissions=state:read,state:wrte")),
                Arguments.of(
                        "callers[0].tokens[1]: expected at least 16", List.of("callers[0].tokens=" + FIRST + ",short")),
                Arguments.of("callers[0].tokens[0]: expected 64 hex", List.of("callers[0].tokens=sha256:12")),
                Arguments.of("callers[0].token-file: expected a file", List.of("callers[0].token-file=absent")),
                Arguments.of("callers[0].token-file: expected a file", List.of("callers[0].token-file=.")),
                Arguments.of("callers[0].certificate: expected a name", List.of("callers[0].certificate=")),
                Arguments.of("callers[0].sources: expected names", List.of("callers[0].sources=a,")),
                Arguments.of("callers[1].name: expected a name that no other", second("name=farm", "tokens=" + SECOND)),
                Arguments.of("callers[1].tokens: expected tokens that no other", second("name=b", "tokens=" + FIRST)));
    }

    private static List<String> second(String name, String tokens) {
        return List.of("callers[1]." + name, "callers[1]." + tokens, "callers[1].permissions=state:read");
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeKeepsTheServerFromStartingAndNamesTheKeyAndNoToken(String message, List<String> changes) {
        start(changes).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(InvalidPropertyException.class)
                    .hasMessageContaining(message)
                    .hasMessageStartingWith("waystate.security.callers[");
            assertThat(Throwables.getStackTraceAsString(context.getStartupFailure()))
                    .doesNotContain(FIRST);
        });
    }

    /** Changes a configuration that is fine, which the first run of each shows. */
    private ApplicationContextRunner start(List<String> changes) {
        ApplicationContextRunner fine = application.withPropertyValues(
                "waystate.security.callers[0].name=farm",
                "waystate.security.callers[0].tokens=" + FIRST,
                "waystate.security.callers[0].permissions=state:read");
        fine.run(context -> assertThat(context).hasNotFailed());
        return fine.withPropertyValues(
                changes.stream().map(change -> "waystate.security." + change).toArray(String[]::new));
    }

    @Test
    void aTokenFileWithAWeakTokenIsRefusedByItsLine() throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), "# of the farm\n" + FIRST + "\n\nshort\n");
        start(List.of("callers[0].tokens=", "callers[0].token-file=" + file))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessage("waystate.security.callers[0].token-file: " + file
                                + ", line 4: expected at least 16 characters"));
    }

    @Test
    void aTokenFileWithATokenOfAnotherCallerIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), FIRST);
        List<String> changes = new ArrayList<>(second("name=b", "token-file=" + file));
        start(changes)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessage(
                                "waystate.security.callers[1].token-file: expected tokens that no other caller has"));
    }

    @Test
    void aTokenFileIsReadAgainWhenItChangesAndABadOneLeavesTheTokens(CapturedOutput output) throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), FIRST);
        start(List.of("callers[0].tokens=", "callers[0].token-file=" + file)).run(context -> {
            ConfiguredCallers callers = context.getBean(ConfiguredCallers.class);
            Credential first = callers.withToken(TokenHash.of(FIRST)).orElseThrow();
            assertThat(callers.withToken(TokenHash.of(SECOND))).isEmpty();

            replace(file, FIRST + "\n" + SECOND);
            await().atMost(SOON)
                    .until(() -> callers.withToken(TokenHash.of(SECOND)).isPresent());
            assertThat(first.isValidAt(Instant.now())).isTrue();

            replace(file, "a-bad\nfile-with-secrets");
            await().atMost(SOON).until(() -> output.toString().contains("in use stay"));
            assertThat(callers.withToken(TokenHash.of(FIRST))).isPresent();
            assertThat(output).doesNotContain("a-bad").doesNotContain("file-with-secrets");

            replace(file, TokenHashTests.SHA256);
            await().atMost(SOON)
                    .until(() -> callers.withToken(TokenHash.of(FIRST)).isEmpty());
            assertThat(first.isValidAt(Instant.now())).isFalse();
            assertThat(callers.withToken(TokenHash.of(TokenHashTests.TOKEN))).isPresent();

            Files.delete(file);
            await().atMost(SOON).until(() -> output.toString().contains("expected a file that can be read"));
            assertThat(callers.withToken(TokenHash.of(TokenHashTests.TOKEN))).isPresent();
            assertThat(output.toString().lines().filter(line -> line.contains("in use stay")))
                    .hasSize(2);
        });
    }

    /** To open it would take until somebody writes to it. */
    @Test
    void aPipeInThePlaceOfATokenFileLeavesTheTokensUntilThereIsAFileAgain(CapturedOutput output) throws Exception {
        Path file = Files.writeString(directory.resolve("pipe"), FIRST);
        start(List.of("callers[0].tokens=", "callers[0].token-file=" + file)).run(context -> {
            ConfiguredCallers callers = context.getBean(ConfiguredCallers.class);
            Path pipe = NamedPipe.make(directory.resolve("next-pipe"));
            Files.move(pipe, file, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(SOON).until(() -> output.toString().contains("expected a file that can be read"));
            assertThat(callers.withToken(TokenHash.of(FIRST))).isPresent();

            replace(file, SECOND);
            await().atMost(SOON)
                    .until(() -> callers.withToken(TokenHash.of(FIRST)).isEmpty());
            assertThat(callers.withToken(TokenHash.of(SECOND))).isPresent();
        });
    }

    @Test
    void aTokenFileThatIsStillWrittenLeavesTheTokensUntilTwoReadingsAgree() throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), FIRST + "\n" + SECOND);
        Scheduler scheduler = mock();
        ConfiguredCallers callers = new ConfiguredCallers(
                new AccessProperties(
                        List.of(new AccessProperties.Entry(
                                "farm", List.of(), file, null, List.of("state:read"), List.of())),
                        0,
                        1),
                scheduler);
        ArgumentCaptor<Runnable> readings = ArgumentCaptor.captor();
        verify(scheduler).every(any(), any(), readings.capture());
        Runnable read = readings.getValue();
        Credential second = callers.withToken(TokenHash.of(SECOND)).orElseThrow();

        Files.writeString(file, FIRST + "\n"); // and the rest comes later
        read.run();
        assertThat(second.isValidAt(Instant.now())).isTrue();
        Files.writeString(file, FIRST + "\n" + SECOND + "\n" + TokenHashTests.SHA256);
        read.run();
        assertThat(second.isValidAt(Instant.now())).isTrue();
        assertThat(callers.withToken(TokenHash.of(TokenHashTests.TOKEN))).isEmpty();
        read.run();
        assertThat(callers.withToken(TokenHash.of(TokenHashTests.TOKEN))).isPresent();

        Files.writeString(file, FIRST + "\n"); // the control: that is all
        read.run();
        read.run();
        assertThat(second.isValidAt(Instant.now())).isFalse();
    }

    @Test
    void aCertificateIsTheCallersWhoseNameItHas() {
        start(List.of("callers[0].certificate=robot.example")).run(context -> {
            ConfiguredCallers callers = context.getBean(ConfiguredCallers.class);
            Instant end = Instant.now().plusSeconds(60);
            Credential robot = callers.withCertificate(
                            new ClientCertificate(Set.of("other.example", "robot.example"), end))
                    .orElseThrow();
            assertThat(robot.caller().name()).isEqualTo("farm");
            assertThat(robot.isValidAt(end.minusSeconds(1))).isTrue();
            assertThat(robot.isValidAt(end)).isFalse();
            assertThat(callers.withCertificate(new ClientCertificate(Set.of("Robot.example", "robot"), end)))
                    .isEmpty();
        });
    }

    /** Replaces a file in one step, as orchestrators do. */
    private void replace(Path file, String content) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
