package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose brokers ask for a password. */
@Timeout(60)
class ReplicaSaslIT {

    private static final String LISTENER = "listener.name.sasl.";

    @TempDir
    Path directory;

    @Test
    void thePasswordOfSpringsPropertiesIsUsedAndAWrongOneIsNamedInTheLog() throws Exception {
        try (KafkaBroker kafka = KafkaBroker.start(
                directory.resolve("kafka"),
                LISTENER + "sasl.enabled.mechanisms=SCRAM-SHA-512",
                LISTENER + "scram-sha-512.sasl.jaas.config=" + login("unused", "unused"))) {
            kafka.admin()
                    .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "waystate", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), "right-password")))
                    .all()
                    .get();
            try (ServerProcess replica = ServerProcess.start(directory("right"), arguments(kafka, "right-password"))) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> CommandRun.of("summary", "--target=" + replica.target())
                                        .exitCode()
                                == 0); // the view has come to the end of the topic
                CommandRun report = CommandRun.of(
                        "report", "--target=" + replica.target(), "--source=cow-7", "--status=OK", "--info=");
                assertThat(report.exitCode()).as(report.err()).isZero();
            }
            // The control.
            try (ServerProcess refused =
                    ServerProcess.launch(directory("wrong"), List.of(), arguments(kafka, "wrong-password"))) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() ->
                                refused.output().stream().anyMatch(line -> line.contains("Authentication failed")));
                assertThat(refused.output()).noneMatch(line -> line.contains("wrong-password"));
            }
        }
    }

    private Path directory(String name) throws Exception {
        return Files.createDirectory(directory.resolve(name));
    }

    private static String[] arguments(KafkaBroker kafka, String password) {
        List<String> arguments = new ArrayList<>(List.of(
                ServerProcess.WITHOUT_HTTP,
                "--waystate.state-log.kafka.topic=reports",
                "--waystate.state-log.kafka.create-replicas=1",
                "--spring.kafka.bootstrap-servers=" + kafka.securedBootstrap(),
                "--spring.kafka.security.protocol=SASL_PLAINTEXT",
                "--spring.kafka.properties.sasl.mechanism=SCRAM-SHA-512",
                "--spring.kafka.properties.sasl.jaas.config=" + login("waystate", password)));
        return arguments.toArray(String[]::new);
    }

    private static String login(String user, String password) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                + password + "\";";
    }
}
