package dev.waystate.statelog.file;

import dev.waystate.process.Utf8;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The file of a log. Its name is taken as it stands: a question mark begins no settings, and {@code file:} is a
 * directory.
 *
 * @param named the absolute name by which it was asked for, which may lead over links
 * @param path the file itself, beside which SQLite keeps the write-ahead log
 * @param key the device and the inode of the file
 */
public record LogFile(Path named, Path path, Object key) {

    private static final int READ_ONLY_BUSY_TIMEOUT_MILLIS = 5_000;

    /**
     * Finds the file, after creating it, empty, and its directory where they are missing.
     *
     * @throws UnusableFileException if it is a directory, a device, a pipe or a socket, if it is under a file, if a link to
     *     it leads nowhere, or if it cannot be created
     */
    public static LogFile findOrCreate(Path name) throws IOException {
        Path named = name.toAbsolutePath();
        if (!Files.exists(named)) {
            create(named);
        }
        return find(named);
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
        } catch (FileAlreadyExistsException noDirectory) {
            throw new UnusableFileException(
                    "Expected a directory for the state log " + file + ", but " + noDirectory.getFile() + " is none");
        } catch (AccessDeniedException denied) {
            throw new UnusableFileException(denied);
        } catch (FileSystemException impossible) {
            String reason = impossible.getReason() == null ? "" : ": " + impossible.getReason();
            throw new UnusableFileException(
                    Files.isSymbolicLink(file)
                            ? "Expected a file, or a link to one, but " + file + " is a link to "
                                    + Files.readSymbolicLink(file) + ", where no file can be made" + reason
                            : "Expected a file that can be made, but none can be at " + impossible.getFile() + reason);
        }
    }

    /**
     * Finds the file.
     *
     * @throws NoSuchFileException if there is none
     * @throws UnusableFileException if it is a directory, a device, a pipe or a socket
     */
    public static LogFile find(Path name) throws IOException {
        Path named = name.toAbsolutePath();
        if (Files.isDirectory(named)) {
            throw new UnusableFileException("Expected a file, but " + named + " is a directory");
        }
        if (Files.exists(named) && !Files.isRegularFile(named)) {
            throw new UnusableFileException(
                    "Expected a file on a disk, but " + named + " is a device, a pipe or a socket");
        }
        return new LogFile(named, named.toRealPath(), keyOf(named));
    }

    /** Returns the device and the inode of the file that a name leads to now. */
    static Object keyOf(Path name) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(name, BasicFileAttributes.class).fileKey(),
                "The system does not tell files apart");
    }

    /** Returns where SQLite keeps the write-ahead log. */
    public Path writeAheadLog() {
        return writeAheadLogOf(path);
    }

    /** Returns where SQLite keeps the write-ahead log of a file. */
    public static Path writeAheadLogOf(Path file) {
        return beside(file, "-wal");
    }

    /** Returns where SQLite keeps the index of that write-ahead log, which it can make anew. */
    public static Path sharedMemoryOf(Path file) {
        return beside(file, "-shm");
    }

    /** Returns all that SQLite may have beside a file. */
    public static List<Path> companionsOf(Path file) {
        return List.of(beside(file, "-journal"), writeAheadLogOf(file), sharedMemoryOf(file));
    }

    /** Returns the file beside another whose name has an end of its own. */
    public static Path beside(Path file, String suffix) {
        return Utf8.path(Utf8.text(file) + suffix);
    }

    /** Returns a source of connections that see committed transactions. */
    public SQLiteDataSource dataSource(SQLiteConfig settings) {
        return dataSource(settings, "");
    }

    /**
     * Returns a source of connections that see committed transactions and only read. A connection that may write could
     * take over the checkpoints of the process that does.
     */
    public SQLiteDataSource readOnlyDataSource() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        settings.setBusyTimeout(READ_ONLY_BUSY_TIMEOUT_MILLIS);
        return dataSource(settings);
    }

    /** Returns a source of connections that see the file without its write-ahead log, and change nothing. */
    public SQLiteDataSource bareDataSource() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        return dataSource(settings, "?immutable=1");
    }

    private SQLiteDataSource dataSource(SQLiteConfig settings, String parameters) {
        SQLiteDataSource dataSource = new SQLiteDataSource(settings);
        dataSource.setUrl("jdbc:sqlite:file:" + path.toUri().getRawPath() + parameters);
        return dataSource;
    }
}
