package dev.waystate.statelog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A write-ahead log, by SQLite's file format (www.sqlite.org/fileformat2.html, 4). It is read without SQLite, which
 * would apply it as soon as it is opened.
 */
final class WriteAheadLog {

    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;
    private static final int MAGIC = 0x377f0682;
    private static final int MIN_PAGE_BYTES = 512;
    private static final int MAX_PAGE_BYTES = 65_536;

    private WriteAheadLog() {}

    /**
     * Returns the first content of a page in the log; empty when there is no log, or no valid frame of that page. Frames
     * that were torn, or are left from before the log began afresh, are not valid.
     */
    static Optional<byte[]> firstPage(Path file, long pageNumber) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = read(channel, HEADER_BYTES);
            boolean valid = header.hasRemaining() && (header.getInt(0) & ~1) == MAGIC && isPageSize(header.getInt(8));
            return valid ? firstPage(channel, new Frames(header), pageNumber) : Optional.empty();
        }
    }

    private static boolean isPageSize(int bytes) {
        return bytes >= MIN_PAGE_BYTES && bytes <= MAX_PAGE_BYTES && Integer.bitCount(bytes) == 1;
    }

    private static Optional<byte[]> firstPage(FileChannel channel, Frames frames, long pageNumber) throws IOException {
        ByteBuffer frame;
        while ((frame = read(channel, FRAME_HEADER_BYTES + frames.pageBytes)).hasRemaining() && frames.isNext(frame)) {
            if (Integer.toUnsignedLong(frame.getInt(0)) == pageNumber) {
                byte[] page = new byte[frames.pageBytes];
                frame.position(FRAME_HEADER_BYTES).get(page);
                return Optional.of(page);
            }
        }
        return Optional.empty();
    }

    /** Reads so many bytes; none if the file ends before. */
    private static ByteBuffer read(FileChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        return buffer.hasRemaining() ? ByteBuffer.allocate(0) : buffer.flip();
    }

    /** Tells which frames belong to the log: each carries its salt, and a checksum over all before it. */
    private static final class Frames {

        private final int pageBytes;
        private final long salt;
        private final ByteOrder order;
        private int sum0;
        private int sum1;

        Frames(ByteBuffer header) {
            pageBytes = header.getInt(8);
            salt = header.getLong(16);
            order = (header.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            add(header, 0, 24);
        }

        boolean isNext(ByteBuffer frame) {
            add(frame, 0, 8);
            add(frame, FRAME_HEADER_BYTES, pageBytes);
            return frame.getLong(8) == salt && frame.getInt(16) == sum0 && frame.getInt(20) == sum1;
        }

        private void add(ByteBuffer bytes, int from, int length) {
            ByteBuffer words = bytes.duplicate().order(order);
            for (int at = from; at < from + length; at += 8) {
                sum0 += words.getInt(at) + sum1;
                sum1 += words.getInt(at + 4) + sum0;
            }
        }
    }
}
