package dev.waystate;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.waystate.ops.Client;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An archive of the classes that a server loads, with which a process starts in half the time. It belongs to one build
 * of the jar and to one JVM. The first test that needs it makes it, for the JVMs of all tests.
 */
public final class StartArchive {

    private static final Path DIRECTORY = Path.of("target", "archive").toAbsolutePath();
    private static final Path ARCHIVE = DIRECTORY.resolve("waystate-" + System.getProperty("java.vm.version") + ".jsa");

    /** Says of which jar the archive was made. */
    private static final Path ARCHIVED = DIRECTORY.resolve(ARCHIVE.getFileName() + ".sha256");

    /** Looked for once: the tests of one JVM are of one build. */
    private static boolean found;

    private StartArchive() {}

    /** Returns the JVM option that uses the archive, which is there then. */
    public static synchronized String option() {
        if (!found) {
            findOrMake();
            found = true;
        }
        return "-XX:SharedArchiveFile=" + ARCHIVE;
    }

    private static void findOrMake() {
        try {
            Files.createDirectories(DIRECTORY);
            try (FileChannel channel = FileChannel.open(
                            DIRECTORY.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!isOfTheBuiltJar()) {
                    make();
                    Files.writeString(ARCHIVED, hash());
                }
            }
        } catch (Exception failure) {
            throw new AssertionError("The archive cannot be made: see " + DIRECTORY, failure);
        }
    }

    /** Identifies a jar by content and time: the JVM takes an archive only for the very jar of which it was made. */
    private static boolean isOfTheBuiltJar() throws IOException {
        return Files.exists(ARCHIVE)
                && Files.exists(ARCHIVED)
                && Files.readString(ARCHIVED).equals(hash());
    }

    private static String hash() throws IOException {
        return MoreFiles.asByteSource(ServerProcess.jar()).hash(Hashing.sha256()) + " "
                + Files.getLastModifiedTime(ServerProcess.jar());
    }

    private static void make() throws Exception {
        Path unfinished = DIRECTORY.resolve("unfinished.jsa");
        Path data = Files.createTempDirectory(DIRECTORY, "training");
        try (ServerProcess server = ServerProcess.launchWith("-XX:ArchiveClassesAtExit=" + unfinished, data)) {
            server.awaitStart();
            try (Client client = Client.of(server)) {
                client.displacement();
                client.streamState(3);
            }
            server.terminate();
        }
        Files.move(unfinished, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
    }
}
