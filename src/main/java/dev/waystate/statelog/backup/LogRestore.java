package dev.waystate.statelog.backup;

import dev.waystate.statelog.file.FileOwner;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a back-up in the place of a log that no process has open. The log that was there stays under a name of its own,
 * with its write-ahead log.
 *
 * <p>A crash in the middle leaves the old log or the new one under the name. At worst the write-ahead log of the old one
 * is still beside the new one, which is refused then; restoring again mends that.
 */
public final class LogRestore {

    /** What the name of the file that was there gets, with the time in UTC: {@code .before-restore-20260203T040506.789Z}. */
    private static final DateTimeFormatter ASIDE = DateTimeFormatter.ofPattern(
                    "'.before-restore-'yyyyMMdd'T'HHmmss.SSS'Z'")
            .withZone(ZoneOffset.UTC);

    /**
     * A log that was restored.
     *
     * @param head the position of its newest record
     * @param replaced where the log is that was there before; null when there was none
     * @param lost the write-ahead log of the back-up, if that was not closed in order, as when a server was killed, and it
     *     is not there: records that it alone had are missing; null when nothing is
     */
    public record Restored(
            long head, @Nullable Path replaced, @Nullable Path lost) {}

    private LogRestore() {}

    /**
     * Restores a back-up. No server can have the log open meanwhile, or make one where there is none.
     *
     * @param backup is only read
     * @param target the file of the log; it and its directory are created where they are missing. A new file is open to
     *     nobody who may not read the back-up; a log keeps its owner and permissions
     * @param replace whether a log that is there may be put aside
     * @throws FileAlreadyExistsException if there is one, and it may not
     * @throws java.nio.file.NoSuchFileException if there is no such back-up
     * @throws dev.waystate.statelog.file.UnusableFileException if the back-up is none that this version can read, or the
     *     target is in use
     * @throws dev.waystate.statelog.file.DamagedFileException if the back-up is damaged
     * @throws IOException if a file cannot be read or written; nothing has changed then
     */
    public static Restored restore(Path backup, Path target, boolean replace) throws IOException {
        LogFile source = LogFile.find(backup);
        boolean create = !Files.exists(target);
        LogFile file = LogFile.findOrCreate(target);
        if (!create && !replace) {
            throw new FileAlreadyExistsException(target.toAbsolutePath().toString());
        }
        try (FileOwner owner = FileOwner.acquire(file);
                UnfinishedFiles unfinished = new UnfinishedFiles()) {
            if (create) {
                if (Files.size(file.path()) > 0) { // a server was faster
                    throw new FileAlreadyExistsException(target.toAbsolutePath().toString());
                }
                unfinished.add(file.path());
                closeToOthers(file.path(), source.path());
            }
            Path restored = unfinished.createIn(file.path().getParent(), "restore.");
            boolean lost = LogFileCheck.checkWithoutWriteAheadLog(source);
            long head = LogBackup.restoreInto(restored, source);
            try (FileOwner ownerOfRestored = FileOwner.acquire(LogFile.find(restored))) {
                copyOwner(file.path(), restored);
                owner.confirm(); // where the back-up is the log itself, reading it has dropped the lock
                Path aside = unfinished.complete(() -> replace(file, restored, create));
                return new Restored(head, aside, lost ? source.writeAheadLog() : null);
            }
        }
    }

    private static @Nullable Path replace(LogFile file, Path restored, boolean create) throws IOException {
        Path aside = LogFile.beside(file.path(), ASIDE.format(Instant.now()));
        if (!create) {
            Files.createLink(aside, file.path());
        }
        Files.move(restored, file.path(), StandardCopyOption.ATOMIC_MOVE); // from here on it is restored
        moveIfThere(file.writeAheadLog(), LogFile.writeAheadLogOf(aside));
        Files.deleteIfExists(LogFile.sharedMemoryOf(file.path()));
        LogBackup.sync(file.path().getParent());
        return create ? null : aside;
    }

    private static void moveIfThere(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            Files.move(from, to);
        }
    }

    /** Closes a file to those who may not read the back-up. */
    private static void closeToOthers(Path file, Path backup) throws IOException {
        PosixFileAttributes created = Files.readAttributes(file, PosixFileAttributes.class);
        PosixFileAttributes given = Files.readAttributes(backup, PosixFileAttributes.class);
        boolean isOpen = given.permissions().contains(PosixFilePermission.OTHERS_READ);
        boolean isOpenToGroup = created.group().equals(given.group())
                ? given.permissions().contains(PosixFilePermission.GROUP_READ)
                : isOpen;
        Set<PosixFilePermission> permissions = new HashSet<>(created.permissions());
        permissions.removeIf(permission -> permission.name().startsWith("OTHERS") && !isOpen);
        permissions.removeIf(permission -> permission.name().startsWith("GROUP") && !isOpenToGroup);
        Files.setPosixFilePermissions(file, permissions);
    }

    /**
     * Gives a new file the owner and the permissions of the old one. The server may run as another user than the one
     * who restores.
     *
     * @throws IOException if this user may not give a file away
     */
    private static void copyOwner(Path from, Path to) throws IOException {
        try {
            tryCopyOwner(from, to);
        } catch (FileSystemException refused) {
            throw new IOException(
                    "the new log cannot be given the owner and the permissions of " + from + ": " + refused.getReason(),
                    refused);
        }
    }

    private static void tryCopyOwner(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        PosixFileAttributes wanted = Files.readAttributes(from, PosixFileAttributes.class);
        PosixFileAttributes given = view.readAttributes();
        if (!given.group().equals(wanted.group())) {
            view.setGroup(wanted.group());
        }
        if (!given.owner().equals(wanted.owner())) {
            view.setOwner(wanted.owner());
        }
        view.setPermissions(wanted.permissions());
    }
}
