package dev.waystate.statelog.file;

/** A file is not the log that it was opened as, and was left as it is. The message says what to do. */
public class UnusableFileException extends RuntimeException {

    public UnusableFileException(String message) {
        super(message);
    }
}
