package dev.waystate.statelog.view;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The CRC-32C of what a row says: of its numbers, and then of its texts. Not safe for use by several threads. */
final class Checksum {

    private static final int MOST_NUMBERS = 16;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer numbers = ByteBuffer.allocate(MOST_NUMBERS * Long.BYTES);
    private String lastSource = "";
    private byte[] lastSourceBytes = {};

    /** Begins a new one. */
    Checksum begin() {
        numbers.clear();
        return this;
    }

    Checksum add(long number) {
        numbers.putLong(number);
        return this;
    }

    /** Returns the checksum of the numbers since {@link #begin} and the name of the row's source. */
    int of(String source) {
        crc.reset();
        crc.update(numbers.flip());
        crc.update(bytes(source));
        return (int) crc.getValue();
    }

    /** Returns the checksum of the numbers since {@link #begin}, the name of the row's source, and its info. */
    int of(String source, String info) {
        of(source);
        crc.update(0); // so that a character cannot move from the source to the info
        crc.update(info.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /** Most records follow one of the same source. */
    private byte[] bytes(String source) {
        if (!source.equals(lastSource)) {
            lastSource = source;
            lastSourceBytes = source.getBytes(StandardCharsets.UTF_8);
        }
        return lastSourceBytes;
    }
}
