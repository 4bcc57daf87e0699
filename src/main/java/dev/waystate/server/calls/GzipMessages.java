package dev.waystate.server.calls;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Inflates a message not before it is parsed. So a client that sends no gzip is told the same as one whose request does
 * not parse. The decompressor of grpc-java would fail before that, and the client would be told nothing.
 */
public final class GzipMessages implements Decompressor {

    private GzipMessages() {}

    /** Returns what inflates messages, with plain messages beside it. */
    public static DecompressorRegistry registry() {
        return DecompressorRegistry.emptyInstance()
                .with(new GzipMessages(), true)
                .with(Codec.Identity.NONE, false);
    }

    @Override
    public String getMessageEncoding() {
        return "gzip";
    }

    @Override
    public InputStream decompress(InputStream compressed) {
        return new Inflated(compressed);
    }

    private static final class Inflated extends FilterInputStream {

        private boolean begun;

        Inflated(InputStream compressed) {
            super(compressed);
        }

        @Override
        public int read() throws IOException {
            begin();
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            begin();
            return in.read(bytes, offset, length);
        }

        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                in = new GZIPInputStream(in);
            }
        }
    }
}
