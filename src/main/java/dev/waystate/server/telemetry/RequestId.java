package dev.waystate.server.telemetry;

import io.grpc.Metadata;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id of a call: in the answer's metadata, in the log, and at its client. */
public final class RequestId {

    /** The metadata entry, in both directions. */
    public static final Metadata.Key<String> ENTRY = Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private static final int MAX_LENGTH = 128;

    /** A bit that gives every number 16 hexadecimal digits. */
    private static final long FIRST_BIT = Long.MIN_VALUE;

    private RequestId() {}

    /** Returns the client's id, if it has 1 to 128 characters of visible ASCII; else one of 16 hexadecimal digits. */
    public static String of(@Nullable String sent) {
        return isFit(sent) ? sent : Long.toHexString(ThreadLocalRandom.current().nextLong() | FIRST_BIT);
    }

    private static boolean isFit(@Nullable String id) {
        return id != null
                && !id.isEmpty()
                && id.length() <= MAX_LENGTH
                && id.chars().allMatch(character -> character > ' ' && character < 0x7f);
    }
}
