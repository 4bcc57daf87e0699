package dev.waystate.statelog.file;

/**
 * The mark by which the file of a log, without its write-ahead log, shows that it is the one that was opened. It stays
 * until the log is closed.
 *
 * @param pageOffset where the page begins that has the key
 * @param pageBytes how long it is
 * @param key random bytes that no other file has there
 */
public record Mark(long pageOffset, int pageBytes, byte[] key) {

    /** Returns whether the page has the key. */
    boolean isIn(byte[] page) {
        return LogFileCheck.contains(page, key);
    }
}
