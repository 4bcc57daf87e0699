package dev.waystate.statelog.rpc;

import com.google.protobuf.ByteString;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.text.Names;
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

    /** @param scope what the place is in, such as the log and the source: elsewhere it means nothing */
    static String of(@Nullable HistoryPlace place, String scope) {
        return place == null
                ? ""
                : encode(bytes(Long.BYTES + 1, scope)
                        .putLong(place.position())
                        .put((byte) (place.known() ? 1 : 0))
                        .array());
    }

    /** @param scope as for {@link #of(HistoryPlace, String)} */
    static String of(@Nullable Long position, String scope) {
        return position == null
                ? ""
                : encode(bytes(Long.BYTES, scope).putLong(position).array());
    }

    /** Returns the name that a page ended with; empty for the first page. */
    static String toName(String token) {
        return token.isEmpty()
                ? ""
                : decode(token, bytes -> {
                    String name = text(bytes);
                    check(Names.problem(name).isEmpty());
                    return name;
                });
    }

    static @Nullable NearPlace toNearPlace(String token) {
        return token.isEmpty()
                ? null
                : decode(
                        token,
                        bytes -> new NearPlace(new SquaredDistance(bytes.getLong(), bytes.getLong()), text(bytes)));
    }

    static @Nullable HistoryPlace toHistoryPlace(String token, String scope) {
        return token.isEmpty()
                ? null
                : decode(token, bytes -> {
                    HistoryPlace place = new HistoryPlace(bytes.getLong(), bytes.get() == 1);
                    check(text(bytes).equals(scope));
                    return place;
                });
    }

    static @Nullable Long toPosition(String token, String scope) {
        return token.isEmpty()
                ? null
                : decode(token, bytes -> {
                    long position = bytes.getLong();
                    check(text(bytes).equals(scope));
                    return position;
                });
    }

    private static void check(boolean expected) {
        if (!expected) {
            throw new IllegalArgumentException("The token is of another call");
        }
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
