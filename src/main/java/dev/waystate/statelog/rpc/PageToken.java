package dev.waystate.statelog.rpc;

import com.google.protobuf.ByteString;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the next page begins, as text that means nothing to clients. */
final class PageToken {

    private PageToken() {}

    static String of(@Nullable String name) {
        return name == null ? "" : encode(ByteString.copyFromUtf8(name).toByteArray());
    }

    static String of(@Nullable NearPlace place) {
        return place == null
                ? ""
                : encode(bytes(2 * Long.BYTES, place.name())
                        .putLong(place.distance().high())
                        .putLong(place.distance().low())
                        .array());
    }

    /** @param source whose history it is: a place in that of another source would look like damage */
    static String of(@Nullable HistoryPlace place, String source) {
        return place == null
                ? ""
                : encode(bytes(Long.BYTES + 1, source)
                        .putLong(place.position())
                        .put((byte) (place.known() ? 1 : 0))
                        .array());
    }

    static String of(@Nullable Long position) {
        return position == null
                ? ""
                : encode(ByteBuffer.allocate(Long.BYTES).putLong(position).array());
    }

    /** Returns the name that a page ended with; empty for the first page. */
    static String toName(String token) {
        return decode(token, PageToken::text);
    }

    static @Nullable NearPlace toNearPlace(String token) {
        return token.isEmpty()
                ? null
                : decode(
                        token,
                        bytes -> new NearPlace(new SquaredDistance(bytes.getLong(), bytes.getLong()), text(bytes)));
    }

    static @Nullable HistoryPlace toHistoryPlace(String token, String source) {
        return token.isEmpty()
                ? null
                : decode(token, bytes -> {
                    HistoryPlace place = new HistoryPlace(bytes.getLong(), bytes.get() == 1);
                    if (!text(bytes).equals(source)) {
                        throw new IllegalArgumentException("of another source");
                    }
                    return place;
                });
    }

    static @Nullable Long toPosition(String token) {
        return token.isEmpty() ? null : decode(token, ByteBuffer::getLong);
    }

    private static ByteBuffer bytes(int before, String name) {
        byte[] utf8 = ByteString.copyFromUtf8(name).toByteArray();
        return ByteBuffer.allocate(before + utf8.length).put(before, utf8);
    }

    private static String text(ByteBuffer rest) {
        return ByteString.copyFrom(rest).toStringUtf8();
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static <T> T decode(String token, Function<ByteBuffer, T> reading) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            T read = reading.apply(bytes);
            if (!bytes.hasRemaining()) {
                return read;
            }
        } catch (IllegalArgumentException | BufferUnderflowException other) {
            // as below
        }
        throw new InvalidRequestException("page_token", "expected the next_page_token of a response");
    }
}
