package dev.waystate.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps SQLite in other processes from reading a file: what copies it waits, for five seconds at most. This process must
 * not open the file otherwise meanwhile.
 */
final class ReadLock implements AutoCloseable {

    /** The place of SQLite's own locks, by its file format. */
    private static final long SQLITE_BYTES = 1L << 30;

    private static final int SQLITE_LENGTH = 512;

    /** The byte on which a server locks its log. */
    private static final long OWNER_BYTE = 1L << 62;

    private final FileChannel channel;
    private final FileLock lock;

    private ReadLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static ReadLock of(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new ReadLock(channel, channel.lock(SQLITE_BYTES, SQLITE_LENGTH, false));
    }

    /** Takes the file as a server does, until this is closed, unless another process has it. */
    boolean own() throws IOException {
        try {
            return channel.tryLock(OWNER_BYTE, 1, false) != null;
        } catch (OverlappingFileLockException owned) {
            return true;
        }
    }

    /** Lets SQLite go on. */
    void release() throws IOException {
        lock.release();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
