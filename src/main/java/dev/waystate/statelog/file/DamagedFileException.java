package dev.waystate.statelog.file;

import java.io.IOException;

/** The file of a log is not what was written to it. */
public class DamagedFileException extends IOException {

    public DamagedFileException(String message) {
        super(message);
    }

    public DamagedFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
