package dev.waystate.process;

import com.sun.security.auth.module.UnixSystem;
import dev.waystate.server.properties.InvalidPropertyException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * This user's directory in the temporary directory, {@code waystate-UID}. All processes of the user share it, so that
 * the next one uses what a killed one has left. No other user can write to it.
 */
public final class PrivateDirectory {

    private static final String KEY = "java.io.tmpdir";
    private static final String OWNER_ALONE = "rwx------";

    private PrivateDirectory() {}

    /**
     * Returns a directory in it by its name, after making both where they are missing.
     *
     * @throws InvalidPropertyException if they cannot be made, or another user could have filled them
     */
    public static Path resolve(String name) {
        try {
            return Files.createDirectories(open().resolve(name));
        } catch (IOException problem) {
            throw unusable(reason(problem));
        }
    }

    /** Returns the exception for a temporary directory that cannot be used. It says what to do. */
    static InvalidPropertyException unusable(String reason) {
        return new InvalidPropertyException(
                KEY,
                "cannot use the temporary directory " + temporaryDirectory() + ": " + reason
                        + ". Expected a directory that exists, that this user may write to, that has 2 MB left, and that"
                        + " is not mounted noexec: mend it, or choose another one with -D" + KEY + "=DIRECTORY,"
                        + " which the launcher takes in WAYSTATE_JAVA_OPTIONS");
    }

    /** Returns what is wrong in a few words. */
    static String reason(IOException problem) {
        return problem instanceof AccessDeniedException ? "permission denied" : String.valueOf(problem.getMessage());
    }

    private static Path temporaryDirectory() {
        return Path.of(System.getProperty(KEY)).toAbsolutePath();
    }

    private static Path open() throws IOException {
        Path parent = temporaryDirectory();
        if (!Files.isDirectory(parent)) {
            throw unusable("there is no such directory");
        }
        boolean unix = parent.getFileSystem().supportedFileAttributeViews().contains("unix");
        return unix ? openOf(new UnixSystem().getUid()) : parent.resolve("waystate"); // elsewhere each user has one
    }

    private static Path openOf(long uid) throws IOException {
        Path directory = temporaryDirectory().resolve("waystate-" + uid);
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ALONE)));
        } catch (FileAlreadyExistsException exists) {
            // by whom is looked at below
        }
        checkOwner(directory, uid);
        return directory;
    }

    private static void checkOwner(Path directory, long uid) throws IOException {
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String permissions = PosixFilePermissions.toString(found.permissions());
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory() || !permissions.equals(OWNER_ALONE) || !owner.equals((int) uid)) {
            throw unusable("expected " + directory + " to be a directory of user " + uid + " alone (" + OWNER_ALONE
                    + "), but found " + (found.isDirectory() ? "one" : "something else") + " of user " + owner + " ("
                    + permissions + ")");
        }
    }
}
