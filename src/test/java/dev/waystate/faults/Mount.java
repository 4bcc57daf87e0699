package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A file system of a test's own. */
final class Mount implements AutoCloseable {

    private final Path directory;
    private boolean mounted = true;

    private Mount(Path directory) {
        this.directory = directory;
    }

    /** Skips the test where the user may not mount. */
    static void assumePermitted() {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "Skipped: mounting a file system of its own needs root");
    }

    static Mount tmpfs(Path directory, String size) throws Exception {
        return mount(directory, "mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString());
    }

    /** Makes a directory's name lead to another one. */
    static Mount bind(Path other, Path directory) throws Exception {
        return mount(directory, "mount", "--bind", other.toString(), directory.toString());
    }

    /** Makes an ext4 file system in a file, with {@link #image}. */
    static void format(Path image, long bytes) throws Exception {
        assumeTrue(
                Stream.of("/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable),
                "Skipped: making a file system needs mkfs.ext4");
        try (var file = Files.newByteChannel(
                image, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE)) {
            file.position(bytes - 1).write(java.nio.ByteBuffer.allocate(1));
        }
        run("mkfs.ext4", "-q", image.toString());
    }

    static Mount image(Path image, Path directory) throws Exception {
        return mount(directory, "mount", "-o", "loop", image.toString(), directory.toString());
    }

    private static Mount mount(Path directory, String... command) throws Exception {
        Files.createDirectories(directory);
        int exitCode = start(command).waitFor();
        assumeTrue(exitCode == 0, "Skipped: this machine does not mount " + String.join(" ", command));
        return new Mount(directory);
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws Exception {
        if (mounted) {
            mounted = false;
            run("umount", "--lazy", directory.toString());
        }
    }

    static void run(String... command) throws Exception {
        Process process = start(command);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(List.of(command).toString()).isZero();
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).inheritIO().start();
    }
}
