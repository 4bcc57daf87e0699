package dev.waystate.statelog.local;

import dev.waystate.statelog.view.LogFile;
import dev.waystate.statelog.view.UnusableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps a second process away from a file, by whatever name it comes: the lock is on the file itself, on a byte that
 * neither it nor SQLite's own locks reach. The system drops the lock when the process ends, however it ends.
 *
 * <p>The system would also drop it, and SQLite's locks, when this process closed the file once, as POSIX has it. So
 * nothing but SQLite opens the file meanwhile, which keeps it open for as long as one of its connections has a lock.
 */
final class FileOwner implements AutoCloseable {

    /** Above any page; SQLite's own are at 1 GiB. */
    private static final long LOCKED_BYTE = 1L << 62;

    /** The files that this process owns. Their locks would not keep itself away. */
    private static final Set<Object> OWNED = ConcurrentHashMap.newKeySet();

    private final LogFile file;
    private final FileChannel channel;

    private FileOwner(LogFile file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws UnusableFileException if another log has the file open, here or in another process */
    static FileOwner acquire(LogFile file) throws IOException {
        if (!OWNED.add(file.key())) {
            throw inUse(file, "process " + ProcessHandle.current().pid());
        }
        try {
            FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock(LOCKED_BYTE, 1, false) == null) {
                channel.close();
                throw inUse(file, owner(file).map(pid -> "process " + pid).orElse("another process"));
            }
            return new FileOwner(file, channel);
        } catch (IOException | RuntimeException problem) {
            OWNED.remove(file.key());
            throw problem;
        }
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
