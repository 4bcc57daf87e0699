package dev.waystate.statelog.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where the next page of a list begins, as text that means nothing to clients. It begins with a checksum of the list
 * and the place, so that another list refuses it. A client can make one all the same, so that the place is checked, too.
 */
final class PageToken {

    /** The bits of a squared distance above the lowest 64 are at most this. */
    private static final long MOST_HIGH = 4;

    private final byte[] list;

    /**
     * @param logId the log that is listed
     * @param request the request for the list, without what may change from page to page
     */
    PageToken(String logId, Message request) {
        String call = request.getDescriptorForType().getFullName();
        this.list = ByteString.copyFromUtf8(logId + call)
                .concat(request.toByteString())
                .toByteArray();
    }

    String of(@Nullable String name) {
        return name == null ? "" : encode(name.getBytes(StandardCharsets.UTF_8));
    }

    String of(@Nullable NearPlace place) {
        if (place == null) {
            return "";
        }
        byte[] name = place.name().getBytes(StandardCharsets.UTF_8);
        return encode(ByteBuffer.allocate(2 * Long.BYTES + name.length)
                .putLong(place.distance().high())
                .putLong(place.distance().low())
                .put(name)
                .array());
    }

    String of(@Nullable HistoryPlace place) {
        return place == null
                ? ""
                : encode(ByteBuffer.allocate(Long.BYTES + 1)
                        .putLong(place.position())
                        .put((byte) (place.known() ? 1 : 0))
                        .array());
    }

    String of(@Nullable Long position) {
        return position == null
                ? ""
                : encode(ByteBuffer.allocate(Long.BYTES).putLong(position).array());
    }

    /** Returns the name that a page ended with; empty for the first page. */
    String toName(String token) {
        String name = decode(token, PageToken::text);
        return name == null ? "" : name;
    }

    @Nullable
    NearPlace toNearPlace(String token) {
        return decode(
                token,
                place -> new NearPlace(
                        new SquaredDistance(within(0, MOST_HIGH, place.getLong()), place.getLong()), text(place)));
    }

    @Nullable
    HistoryPlace toHistoryPlace(String token) {
        return decode(token, place -> new HistoryPlace(position(place), within(0, 1, place.get()) == 1));
    }

    @Nullable
    Long toPosition(String token) {
        return decode(token, PageToken::position);
    }

    private static long position(ByteBuffer place) {
        return within(1, Long.MAX_VALUE, place.getLong());
    }

    private static long within(long least, long most, long number) {
        if (number < least || number > most) {
            throw new IllegalArgumentException("not a place");
        }
        return number;
    }

    private static String text(ByteBuffer rest) {
        return StandardCharsets.UTF_8.decode(rest).toString();
    }

    private String encode(byte[] place) {
        byte[] token = ByteBuffer.allocate(Integer.BYTES + place.length)
                .putInt(checksum(ByteBuffer.wrap(place)))
                .put(place)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    private <T> @Nullable T decode(String token, Function<ByteBuffer, T> reading) {
        if (token.isEmpty()) {
            return null;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            if (bytes.getInt() == checksum(bytes.duplicate())) {
                T place = reading.apply(bytes);
                if (!bytes.hasRemaining()) {
                    return place;
                }
            }
        } catch (IllegalArgumentException | BufferUnderflowException other) {
            // as below
        }
        throw new InvalidRequestException(
                "page_token", "expected the next_page_token of a response to the same request for the page before");
    }

    private int checksum(ByteBuffer place) {
        CRC32C checksum = new CRC32C();
        checksum.update(list);
        checksum.update(place);
        return (int) checksum.getValue();
    }
}
