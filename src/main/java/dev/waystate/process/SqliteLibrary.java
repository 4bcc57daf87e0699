package dev.waystate.process;

import dev.waystate.server.properties.InvalidPropertyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The native library of SQLite. The driver alone would unpack another copy for each process, and a killed process
 * leaves its copy behind. Here it is unpacked once, and checked before each use.
 */
public final class SqliteLibrary {

    private static final String PATH_KEY = "org.sqlite.lib.path";
    private static final String NAME_KEY = "org.sqlite.lib.name";

    private SqliteLibrary() {}

    /**
     * Loads the library for the driver. This has no effect if the driver has loaded one already, since a second copy
     * would end the JVM, or if {@code org.sqlite.lib.path} names another one.
     *
     * @throws InvalidPropertyException if the temporary directory is of no use for it
     */
    public static synchronized void load() {
        String name = LibraryLoaderUtil.getNativeLibName();
        byte[] content = content(name);
        if (content == null || System.getProperty(PATH_KEY) != null || isLoadedByDriver()) {
            return; // the driver names the platform that it has no library for
        }
        Path library = PrivateDirectory.resolve("sqlite")
                .resolve(SQLiteJDBCLoader.getVersion() + "-" + hash(content) + "-" + name);
        try {
            unpack(content, library);
            System.load(library.toString());
        } catch (IOException problem) {
            throw PrivateDirectory.unusable(PrivateDirectory.reason(problem));
        } catch (UnsatisfiedLinkError refused) {
            String reason = String.valueOf(refused.getMessage()).replace(library + ": ", "");
            throw PrivateDirectory.unusable("no library can be loaded from it (" + reason + ")");
        }
        System.setProperty(PATH_KEY, library.getParent().toString());
        System.setProperty(NAME_KEY, library.getFileName().toString());
    }

    /**
     * Returns whether the driver has loaded one. It reads a private field, since the driver's methods would load one.
     */
    private static boolean isLoadedByDriver() {
        try {
            Field loaded = SQLiteJDBCLoader.class.getDeclaredField("extracted");
            loaded.setAccessible(true);
            return loaded.getBoolean(null);
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException("Expected the driver of SQLite to say whether it is in use", changed);
        }
    }

    private static byte @Nullable [] content(String name) {
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream stream = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException problem) {
            throw new UncheckedIOException("Cannot read " + resource, problem);
        }
    }

    /**
     * Writes the file unless it is there and whole. The file gets its name when it is complete. Processes wait for each
     * other.
     */
    private static void unpack(byte[] content, Path library) throws IOException {
        if (isWhole(content, library)) {
            return;
        }
        try (FileChannel lockFile = FileChannel.open(
                        library.resolveSibling("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lockFile.lock()) {
            Path partial = Files.write(library.resolveSibling("partial"), content);
            Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static boolean isWhole(byte[] content, Path library) throws IOException {
        return Files.isRegularFile(library) && Arrays.equals(Files.readAllBytes(library), content);
    }

    private static String hash(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
