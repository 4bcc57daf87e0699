package dev.waystate.statelog.file;

import java.nio.file.AccessDeniedException;

/** A file is not the log that it was opened as, and was left as it is. The message says what to do. */
public class UnusableFileException extends RuntimeException {

    public UnusableFileException(String message) {
        super(message);
    }

    /** Says what the system has not let this process do. */
    public UnusableFileException(AccessDeniedException denied) {
        this("Expected a file that this process may make, read and write, but it may not do so with "
                + denied.getFile());
    }
}
