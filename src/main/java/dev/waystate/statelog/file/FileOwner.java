package dev.waystate.statelog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps a second process away from a file, by whatever name it comes. The lock is on a byte of the file itself, which
 * neither its content nor SQLite's own locks reach. The system drops the lock when the process ends, however it ends.
 *
 * <p>The system also drops the lock when this process closes any descriptor of the file, as POSIX demands, and when
 * SQLite releases the last of its own locks. SQLite closes no file on which one of its connections has a lock, and a
 * connection to a write-ahead log has one until it is closed. So the lock is taken again when there is such a
 * connection, and from then on only SQLite opens the file.
 */
public final class FileOwner implements AutoCloseable {

    /** Above every page. SQLite's own locks are at 1 GiB. */
    private static final long LOCKED_BYTE = 1L << 62;

    /** The files that this process owns. A lock keeps other processes away, and not the one that holds it. */
    private static final Set<Object> OWNED = ConcurrentHashMap.newKeySet();

    private final LogFile file;
    private final FileChannel channel;
    private FileLock lock;

    private FileOwner(LogFile file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws UnusableFileException if another log has the file open, here or in another process */
    public static FileOwner acquire(LogFile file) throws IOException {
        if (!OWNED.add(file.key())) {
            throw inUse(file, "process " + ProcessHandle.current().pid());
        }
        try {
            FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                channel.close();
                throw inUse(file);
            }
            return new FileOwner(file, channel, lock);
        } catch (IOException | RuntimeException problem) {
            OWNED.remove(file.key());
            throw problem;
        }
    }

    /**
     * Takes the lock again: once SQLite has a lock that it keeps, or once nothing in this process opens the file any
     * more.
     *
     * @throws UnusableFileException if another process was faster
     */
    public void confirm() throws IOException {
        lock.release();
        lock = channel.tryLock(LOCKED_BYTE, 1, false);
        if (lock == null) {
            throw inUse(file);
        }
    }

    private static UnusableFileException inUse(LogFile file) {
        return inUse(file, owner(file).map(pid -> "process " + pid).orElse("another process"));
    }

    private static UnusableFileException inUse(LogFile file, String owner) {
        return new UnusableFileException("The state log " + file.named() + " is in use by " + owner
                + ": stop it, or set waystate.state-log.file to another file");
    }

    /** Finds the process that has the lock, where the system lists locks. */
    private static Optional<String> owner(LogFile file) {
        try (Stream<String> locks = Files.lines(Path.of("/proc/locks"))) {
            String inode = ":" + Files.getAttribute(file.path(), "unix:ino");
            return locks.map(line -> line.trim().split("\\s+"))
                    .filter(lock -> lock.length == 8 && lock[5].endsWith(inode))
                    .filter(lock -> lock[6].equals(Long.toString(LOCKED_BYTE)))
                    .map(lock -> lock[4])
                    .findFirst();
        } catch (IOException | UnsupportedOperationException noSuchList) {
            return Optional.empty();
        }
    }

    /** Reads a part of the file as it is without its write-ahead log. */
    byte[] read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        channel.read(bytes, offset);
        return bytes.array();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        OWNED.remove(file.key());
    }
}
