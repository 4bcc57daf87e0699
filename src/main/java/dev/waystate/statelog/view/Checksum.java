package dev.waystate.statelog.view;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The CRC-32C of what a row says: of its numbers, and then of its texts. Not safe for use by several threads. */
final class Checksum {

    /**
     * Room for 16 numbers, the longest name that is taken, and most infos. One pass over some hundred bytes costs less
     * than three.
     */
    private static final int BUFFER_BYTES = 1024;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer content = ByteBuffer.allocate(BUFFER_BYTES);
    private String lastSource = "";
    private byte[] lastSourceBytes = {};

    /** Begins a new checksum. */
    Checksum begin() {
        content.clear();
        return this;
    }

    Checksum add(long number) {
        content.putLong(number);
        return this;
    }

    /** Returns the checksum of the numbers since {@link #begin} and the name of the row's source. */
    int of(String source) {
        addName(bytes(source));
        return ofContent(content.array(), 0, 0);
    }

    /** Returns the checksum of the numbers since {@link #begin}, the name of the row's source, and its info. */
    int of(String source, String info) {
        return of(source, info.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #of(String, String)}, of an info in UTF-8. */
    int of(String source, byte[] info) {
        return of(bytes(source), info, 0, info.length);
    }

    /** As {@link #of(String, String)}, of a name in UTF-8 and of the part of an array that is an info in UTF-8. */
    int of(byte[] source, byte[] bytes, int infoStart, int infoLength) {
        addName(source);
        content.put((byte) 0); // so that a character cannot move from the source to the info
        if (infoLength > content.remaining()) {
            return ofContent(bytes, infoStart, infoLength);
        }
        content.put(bytes, infoStart, infoLength);
        return ofContent(bytes, 0, 0);
    }

    /** Adds a name. There is room for every name that is taken; only another program can have stored a longer one. */
    private void addName(byte[] source) {
        if (source.length >= content.remaining()) {
            content = ByteBuffer.allocate(BUFFER_BYTES + source.length).put(content.flip());
        }
        content.put(source);
    }

    private int ofContent(byte[] more, int start, int length) {
        crc.reset();
        crc.update(content.array(), 0, content.position());
        crc.update(more, start, length);
        return (int) crc.getValue();
    }

    /** Returns the bytes of a name, and keeps them: most records follow one of the same source. */
    private byte[] bytes(String source) {
        if (!source.equals(lastSource)) {
            lastSource = source;
            lastSourceBytes = source.getBytes(StandardCharsets.UTF_8);
        }
        return lastSourceBytes;
    }
}
