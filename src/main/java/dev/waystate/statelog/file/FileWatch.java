package dev.waystate.statelog.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Notices when the name of the log leads to another file, or to none, or when the file was overwritten: what is committed
 * then would not be there after a restart. Used by the writer's thread alone.
 */
public final class FileWatch {

    private final LogFile file;
    private final FileOwner owner;
    private final Mark mark;
    private final Object writeAheadLogKey;

    public FileWatch(LogFile file, FileOwner owner, Mark mark) throws IOException {
        this.file = file;
        this.owner = owner;
        this.mark = mark;
        this.writeAheadLogKey = LogFile.keyOf(file.writeAheadLog());
    }

    /**
     * Looks at the names of the file and of its write-ahead log.
     *
     * @throws UnusableFileException if one of them does not lead to what was opened
     */
    public void checkNames() {
        checkName(file.named(), file.key());
        checkName(file.writeAheadLog(), writeAheadLogKey);
    }

    private static void checkName(Path name, Object key) {
        Object found;
        try {
            found = LogFile.keyOf(name);
        } catch (IOException gone) {
            throw new UnusableFileException("The state log's file " + name + " is gone (" + gone + ")");
        }
        if (!found.equals(key)) {
            throw new UnusableFileException("The state log's file " + name + " was replaced by another file");
        }
    }

    /**
     * Looks into the file for the mark that it carries.
     *
     * @throws UnusableFileException if the mark is not there
     */
    public void checkContent() throws IOException {
        if (!mark.isIn(owner.read(mark.pageOffset(), mark.pageBytes()))) {
            throw new UnusableFileException("The state log's file " + file.named() + " was overwritten");
        }
    }
}
