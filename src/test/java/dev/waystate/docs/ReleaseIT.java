package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.waystate.cli.CommandRun;
import dev.waystate.ops.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cuts releases: of a small repository with a build of a moment, and of this one with the real build. */
@Timeout(60)
class ReleaseIT {

    private static final Path SCRIPT = Path.of("src", "release", "run");
    private static final String CHANGELOG = """
            ## [Unreleased]

            ## [0.1.0] - 2026-11-26

            ### Added

            - All of it.

            ## [0.0.1]

            - Nothing.

            ## [0.0.2]
            """;
    private static final String QUICK_BUILD = """
            mkdir -p target/classes/META-INF/sbom
            grep '<version>' pom.xml > target/waystate.jar
            echo parts > target/classes/META-INF/sbom/application.cdx.json
            """;

    @TempDir
    private Path repository;

    @TempDir
    private Path bin;

    @BeforeEach
    void makeARepository() throws Exception {
        assumeTrue(Command.isOnPath("git"), "git is not on the PATH: install it to run this");
        copyScript(repository);
        Files.createDirectories(repository.resolve("src/docs"));
        Files.writeString(repository.resolve("src/docs/changelog.md"), CHANGELOG);
        Files.writeString(repository.resolve("pom.xml"), "<version>0.1.0-SNAPSHOT</version>\n<version>1</version>\n");
        Files.writeString(repository.resolve(".gitignore"), "target/\n");
        executable(repository.resolve("mvnw"), QUICK_BUILD);
        engine("docker", "exit 1");
        engine("podman", "exit 1");
        git(repository, "init", "--quiet");
        commit();
    }

    @Test
    void releaseHasItsFilesItsChecksumsAndItsTag() throws Exception {
        engine("docker", "echo \"$@\" >> " + bin.resolve("calls"));
        String head = git(repository, "rev-parse", "HEAD");

        CommandRun release = release("0.1.0", "--tag");

        assertThat(release.exitCode()).as(release.err()).isZero();
        Path files = repository.resolve("target/release/0.1.0");
        assertThat(names(files))
                .containsExactly(
                        "SHA256SUMS",
                        "waystate-0.1.0.cdx.json",
                        "waystate-0.1.0.image-id",
                        "waystate-0.1.0.jar",
                        "waystate-0.1.0.md");
        assertThat(files.resolve("waystate-0.1.0.jar")).hasContent("<version>0.1.0</version>\n<version>1</version>\n");
        assertThat(files.resolve("waystate-0.1.0.md")).hasContent("### Added\n\n- All of it.\n");
        assertThat(files.resolve("SHA256SUMS"))
                .content()
                .contains(sha256(files.resolve("waystate-0.1.0.jar")) + "  waystate-0.1.0.jar");
        assertThat(CommandRun.of(files, "", List.of("sha256sum", "--check", "SHA256SUMS"))
                        .exitCode())
                .isZero();
        assertThat(Files.readString(bin.resolve("calls"))).contains("build --quiet --tag waystate:0.1.0 .");
        assertThat(git(repository, "cat-file", "tag", "v0.1.0")).contains("### Added\n\n- All of it.");
        assertThat(git(repository, "show", "v0.1.0:pom.xml")).contains("<version>0.1.0</version>");
        assertThat(git(repository, "rev-parse", "v0.1.0~1")).isEqualTo(head);
        assertThat(git(repository, "rev-parse", "HEAD")).isEqualTo(head);
        assertThat(git(repository, "worktree", "list").lines()).hasSize(1);
    }

    @Test
    void withoutAnEngineTheReleaseSaysThatItHasNoImage() throws Exception {
        CommandRun release = release("0.1.0");

        assertThat(release.exitCode()).isZero();
        assertThat(release.err()).contains("neither docker nor podman answers");
        assertThat(names(repository.resolve("target/release/0.1.0"))).doesNotContain("waystate-0.1.0.image-id");
        assertThat(git(repository, "tag")).isEmpty();
    }

    @Test
    void whatIsNotReadyIsRefusedAndMakesNothing() throws Exception {
        assertThat(release("0.1").exitCode()).isEqualTo(2);
        assertThat(release("0.1.0", "--quickly").exitCode()).isEqualTo(2);
        assertThat(release("0.3.0").err()).contains("expected a section '## [0.3.0]'");
        assertThat(release("0.0.2").err()).contains("missing or empty");
        git(repository, "tag", "v0.0.1");
        assertThat(release("0.0.1").err()).contains("there is a tag v0.0.1 already");
        assertThat(release("0.1.0", "--dry-run").out()).startsWith("version 0.1.0 can be released from ");
        Files.writeString(repository.resolve("left-over"), "");
        assertThat(release("0.1.0", "--dry-run").err()).contains("expected a clean tree", "left-over");

        assertThat(repository.resolve("target")).doesNotExist();
    }

    @Test
    void failedBuildLeavesNoTag() throws Exception {
        executable(repository.resolve("mvnw"), "exit 1");
        commit();
        assertThat(release("0.1.0", "--tag").exitCode()).isNotZero();

        executable(repository.resolve("mvnw"), QUICK_BUILD + "rm target/classes/META-INF/sbom/*\n");
        commit();
        assertThat(release("0.1.0", "--tag").err()).contains("made no parts list");

        assertThat(git(repository, "tag")).isEmpty();
    }

    /** From the tag alone, anybody builds the same bytes. */
    @Test
    @Tag("long")
    @Timeout(600)
    void realReleaseCanBeBuiltAgainFromItsTag(@TempDir Path parent) throws Exception {
        Path clone = parent.resolve("clone");
        git(parent, "clone", "--quiet", Path.of("").toAbsolutePath().toString(), clone.toString());
        copyScript(clone);
        Files.copy(
                Path.of("src/docs/changelog.md"),
                clone.resolve("src/docs/changelog.md"),
                StandardCopyOption.REPLACE_EXISTING);
        commit(clone);

        build(clone, SCRIPT.toString(), "0.1.0", "--no-image", "--tag");

        Path files = clone.resolve("target/release/0.1.0");
        Path released = files.resolve("waystate-0.1.0.jar");
        try (JarFile jar = new JarFile(released.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Implementation-Version"))
                    .isEqualTo("0.1.0");
        }
        assertThat(files.resolve("waystate-0.1.0.cdx.json")).content().contains("\"CycloneDX\"", "grpc-netty");
        git(clone, "checkout", "--quiet", "v0.1.0");
        build(clone, "./mvnw", "-B", "-ntp", "-q", "package", "-Dmaven.test.skip");
        assertThat(sha256(clone.resolve("target/waystate.jar"))).isEqualTo(sha256(released));
    }

    private void build(Path directory, String... words) throws Exception {
        try (Command command = Command.start(bin, inside(directory, List.of(words)))) {
            assertThat(command.awaitExit(Duration.ofMinutes(4)))
                    .as(command.output())
                    .isZero();
        }
    }

    private CommandRun release(String... arguments) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("env", "PATH=" + bin + ":" + System.getenv("PATH"), SCRIPT.toString()));
        words.addAll(List.of(arguments));
        return CommandRun.of(bin, "", inside(repository, words));
    }

    /** Returns the words that run others in a directory, which the files of a run's output are not in. */
    private static List<String> inside(Path directory, List<String> words) {
        List<String> all = new ArrayList<>(identified(List.of("env", "-C", directory.toString())));
        all.addAll(words);
        return all;
    }

    private static List<String> identified(List<String> words) {
        List<String> all = new ArrayList<>(List.of(
                "env",
                "GIT_CONFIG_GLOBAL=/dev/null",
                "GIT_AUTHOR_NAME=Test",
                "GIT_AUTHOR_EMAIL=test@waystate.test",
                "GIT_COMMITTER_NAME=Test",
                "GIT_COMMITTER_EMAIL=test@waystate.test"));
        all.addAll(words);
        return all;
    }

    private void engine(String name, String text) throws IOException {
        executable(bin.resolve(name), text);
    }

    private void commit() throws Exception {
        commit(repository);
    }

    private void commit(Path directory) throws Exception {
        git(directory, "add", "--all");
        git(directory, "commit", "--quiet", "--allow-empty", "--message", "as it is");
    }

    private String git(Path directory, String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("git"));
        words.addAll(List.of(arguments));
        CommandRun git = CommandRun.of(bin, "", inside(directory, words));
        assertThat(git.exitCode()).as(git.err()).isZero();
        return git.out().strip();
    }

    private static void copyScript(Path directory) throws IOException {
        Path copy = directory.resolve(SCRIPT);
        Files.createDirectories(copy.getParent());
        Files.copy(SCRIPT, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String sha256(Path file) throws IOException {
        return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
    }
}
