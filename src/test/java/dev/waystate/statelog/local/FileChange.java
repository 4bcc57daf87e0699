package dev.waystate.statelog.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What is done to the file of a log behind its back. */
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
            overwrite(file, Files.readAllBytes(elsewhere.resolve("log/waystate.db")));
        }
    },
    EMPTIED("The state log's file", false) {
        @Override
        void make(Path file, Path elsewhere) throws IOException {
            overwrite(file, new byte[0]);
        }
    };

    private final String reason;
    private final boolean seenByName;

    FileChange(String reason, boolean seenByName) {
        this.reason = reason;
        this.seenByName = seenByName;
    }

    abstract void make(Path file, Path elsewhere) throws IOException;

    /** What the log says of it. */
    String reason() {
        return reason;
    }

    /** Or only by a look into the file, each second. */
    boolean isSeenByName() {
        return seenByName;
    }

    /** Writes over the file as another process does: this one would lose its locks. */
    private static void overwrite(Path file, byte[] bytes) throws IOException {
        Path source = Files.write(Files.createTempFile("overwriting", ".db"), bytes);
        try {
            Process copy = new ProcessBuilder("cp", source.toString(), file.toString())
                    .inheritIO()
                    .start();
            if (copy.waitFor() != 0) {
                throw new IOException("cp has failed");
            }
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        } finally {
            Files.delete(source);
        }
    }
}
