package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.ops.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.DurationStyle;

/** The systemd unit, and the command that it runs. */
@Timeout(120)
class SystemdUnitIT {

    private static final Path UNIT = Defaults.DEPLOY.resolve("systemd/waystate.service");

    @TempDir
    Path directory;

    private final Map<String, List<String>> settings = new TreeMap<>();

    @BeforeEach
    void read() throws IOException {
        Files.readAllLines(UNIT).stream()
                .filter(line -> line.matches("[A-Z]\\w+=.*"))
                .map(line -> line.split("=", 2))
                .forEach(setting -> settings.computeIfAbsent(setting[0], key -> new ArrayList<>())
                        .add(setting[1]));
    }

    @Test
    void systemdTakesTheUnitAndFindsItConfined() throws Exception {
        assumeTrue(Command.isOnPath("systemd-analyze"), "systemd-analyze is not on the PATH");
        String unit = Files.readString(UNIT);
        assertThat(verify(unit)).isEqualTo(new CommandRun(0, "", ""));
        assertThat(security(unit).exitCode()).isZero();
    }

    /** The control. */
    @Test
    void systemdRefusesAMisspeltKeyAndFindsAUnitThatIsNotConfined() throws Exception {
        assumeTrue(Command.isOnPath("systemd-analyze"), "systemd-analyze is not on the PATH");
        String unit = Files.readString(UNIT);
        assertThat(verify(unit.replace("ProtectSystem=", "ProtectSystems=")).err())
                .matches("(?s).*Unknown key.* 'ProtectSystems' .*");
        assertThat(security(unit.replace("SystemCallFilter=", "#").replace("CapabilityBoundingSet=", "#"))
                        .exitCode())
                .isNotZero();
    }

    @Test
    void hasTimeToEndAndStartsAgainAfterWhatMayBeMended() {
        assertThat(DurationStyle.detectAndParse(one("TimeoutStopSec"))).isGreaterThan(Defaults.orderlyEnd());
        assertThat(Defaults.phaseTimeout()).isGreaterThan(Defaults.callGrace());
        assertThat(one("Restart")).isEqualTo("on-failure");
        assertThat(one("SuccessExitStatus")).isEqualTo("143");
        assertThat(one("RestartPreventExitStatus")).isEqualTo("2");
        assertThat(one("StartLimitIntervalSec")).isEqualTo("0");
    }

    @Test
    void itsCommandServesWithTheSettingsOfItsDirectoryAndEndsInOrder() throws Exception {
        Path settingsDirectory = Files.createDirectory(directory.resolve("etc"));
        Path cache = Files.createDirectory(directory.resolve("cache"));
        Path state = Files.createDirectory(directory.resolve("state"));
        Files.writeString(
                settingsDirectory.resolve("application.yml"),
                "{grpc.server.port: 0, server.port: 0, waystate.state-log.max-info-length: 1KB}\n");
        List<String> words = new ArrayList<>(List.of("env"));
        settings.get("Environment")
                .forEach(variable -> words.add(variable.replace("/etc/waystate", settingsDirectory.toString())));
        words.addAll(Arrays.asList(one("ExecStart")
                .replace("/usr/bin/java", ServerProcess.java())
                .replace("%C/waystate", cache.toString())
                .replace("/opt/waystate/waystate.jar", ServerProcess.jar().toString())
                .split(" ")));
        try (Command server = Command.start(state, words)) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> server.output().contains("Started WaystateApplication in ")
                            || !server.process().isAlive());
            assertThat(server.process().isAlive()).as(server.output()).isTrue();
            assertThat(state.resolve("data/waystate.db")).isRegularFile();
            assertThat(cache).isNotEmptyDirectory();
            assertThat(server.output()).doesNotContain("port: " + Defaults.grpcPort());
            server.process().destroy();
            assertThat(server.awaitExit(Defaults.orderlyEnd())).isEqualTo(Integer.parseInt(one("SuccessExitStatus")));
        }
        assertThat(one("WorkingDirectory")).isEqualTo("%S/" + one("StateDirectory"));
        assertThat(one("CacheDirectory")).isEqualTo("waystate");
    }

    private String one(String key) {
        assertThat(settings).containsKey(key);
        assertThat(settings.get(key)).as(key).hasSize(1);
        return settings.get(key).get(0);
    }

    private CommandRun verify(String unit) throws Exception {
        return CommandRun.of(directory, "", List.of("systemd-analyze", "verify", "--man=no", write(unit)));
    }

    private CommandRun security(String unit) throws Exception {
        return CommandRun.of(
                directory, "", List.of("systemd-analyze", "security", "--offline=yes", "--threshold=15", write(unit)));
    }

    private String write(String unit) throws IOException {
        return Files.writeString(
                        directory.resolve("waystate.service"), unit.replace("/usr/bin/java", ServerProcess.java()))
                .toString();
    }
}
