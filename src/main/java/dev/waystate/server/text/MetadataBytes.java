package dev.waystate.server.text;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;

/** Metadata entries as bytes. gRPC's own strings have one and the same character for all bytes that are not ASCII. */
public final class MetadataBytes {

    private MetadataBytes() {}

    /** Returns the key of an entry whose name does not end in {@code -bin}. The bytes are no control characters. */
    public static Metadata.Key<byte[]> key(String name) {
        return InternalMetadata.keyOf(name, new AsTheyAre());
    }

    private static final class AsTheyAre implements InternalMetadata.TrustedAsciiMarshaller<byte[]> {

        @Override
        public byte[] toAsciiString(byte[] value) {
            return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] serialized) {
            return serialized;
        }
    }
}
