package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SkippedTestsTests {

    @TempDir
    Path directory;

    @Test
    void skippedClassesFactoriesAndTestsAreNotedWithTheirReasonsAndOthersAreNot() throws Exception {
        Path file = directory.resolve("skipped-tests.txt");
        LauncherConfig alone = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherDiscoveryRequest samples = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(SkippedClass.class), selectClass(SkippedMembers.class))
                .build();
        LauncherFactory.create(alone).execute(samples, new SkippedTests(file));
        assertThat(Files.readAllLines(file))
                .containsExactlyInAnyOrder(
                        SkippedClass.class.getName() + ": Assumption failed: no browser",
                        "factory(): Assumption failed: no program",
                        "test(): Assumption failed: no root");
    }

    static final class SkippedClass {

        @BeforeAll
        static void need() {
            assumeTrue(false, "no browser");
        }

        @Test
        void test() {}
    }

    static final class SkippedMembers {

        @TestFactory
        Stream<DynamicTest> factory() {
            assumeTrue(false, "no program");
            return Stream.empty();
        }

        @Test
        void test() {
            assumeTrue(false, "no root");
        }

        @Test
        void other() {}
    }
}
