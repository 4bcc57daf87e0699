package dev.waystate.statelog.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A change of a log's file behind its back. */
enum FileChange {
    REMOVED("is gone", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Files.delete(file);
        }
    },
    RENAMED("is gone", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Files.move(file, elsewhere.resolve("renamed.db"));
        }
    },
    ALL_REMOVED("is gone", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Files.delete(Path.of(file + "-wal"));
            Files.delete(Path.of(file + "-shm"));
            Files.delete(file);
        }
    },
    WRITE_AHEAD_LOG_REMOVED("is gone", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Files.delete(Path.of(file + "-wal"));
        }
    },
    DIRECTORY_RENAMED("is gone", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Files.move(file.getParent(), elsewhere.resolve("renamed"));
        }
    },
    REPLACED("was replaced", true) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Path copy = Files.copy(file, elsewhere.resolve("copy.db"));
            Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        }
    },
    OVERWRITTEN("was overwritten", false) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            Path other = elsewhere.resolve("log/waystate.db");
            // cp would empty it first: SQLite may see that, and remove the write-ahead log.
            run("dd", "if=" + other, "of=" + file, "conv=notrunc", "status=none");
        }
    },
    EMPTIED("The state log's file", false) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            run("truncate", "--size=0", file.toString());
        }
    };

    private final String reason;
    private final boolean seenByName;

    FileChange(String reason, boolean seenByName) {
        this.reason = reason;
        this.seenByName = seenByName;
    }

    abstract void make(Path file, Path elsewhere) throws IOException;

    /** The words in which the log tells of it. */
    String reason() {
        return reason;
    }

    /** Or only by a look into the file, each second. */
    boolean isSeenByName() {
        return seenByName;
    }

    /** Changes the file in another process: this one would lose its locks. */
    private static void run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (process.waitFor() != 0) {
                throw new IOException(command[0] + " has failed");
            }
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }
}
