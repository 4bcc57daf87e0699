package dev.waystate.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** How much memory two processes hold after the same load. */
@EnabledOnOs(OS.LINUX)
class IdleCollectionTests {

    private static final Pattern RESIDENT_KIB = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    @Test
    void anIdleProcessGivesBackMostOfWhatALoadTookUnlessItsOptionsNameAnInterval() throws IOException {
        Process idle = start();
        Process asTheJvmIs = start("-XX:G1PeriodicGCInterval=0");
        try {
            awaitLoad(idle);
            awaitLoad(asTheJvmIs);
            await().atMost(Duration.ofSeconds(40)).until(() -> resident(idle) < LoadedProcess.MEBIBYTES / 2);
            assertThat(resident(asTheJvmIs)).isGreaterThan(LoadedProcess.MEBIBYTES);
        } finally {
            idle.destroyForcibly();
            asTheJvmIs.destroyForcibly();
        }
    }

    @Test
    void theServerHasTheCollection() {
        try (AnnotationConfigApplicationContext server =
                new AnnotationConfigApplicationContext(FailStop.class, LifecycleConfiguration.class)) {
            assertThat(server.getBean(IdleCollection.class)).isNotNull();
        }
    }

    private static Process start(String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ServerProcess.java(), "-XX:TieredStopAtLevel=1", "-Xmx1g", "-XX:+UseG1GC"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LoadedProcess.class.getName()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void awaitLoad(Process process) throws IOException {
        assertThat(process.inputReader().readLine()).isEqualTo("loaded");
    }

    private static int resident(Process process) throws IOException {
        Matcher line = RESIDENT_KIB.matcher(Files.readString(Path.of("/proc", process.pid() + "", "status")));
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(1)) / 1024;
    }
}
