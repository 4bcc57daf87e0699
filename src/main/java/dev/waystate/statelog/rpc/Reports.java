package dev.waystate.statelog.rpc;

import com.google.common.base.Utf8;
import dev.waystate.proto.Data;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.statelog.Report;
import org.springframework.stereotype.Component;

/** Checks the reports of messages and converts them. */
@Component
class Reports {

    /** The most bytes that a UTF-16 unit takes in UTF-8. */
    private static final int MAX_BYTES_PER_UNIT = 3;

    private final long maxInfoBytes;

    Reports(StateLogProperties properties) {
        this.maxInfoBytes = properties.maxInfoLength().toBytes();
    }

    /**
     * Converts a message.
     *
     * @param index its place in the stream, from 0, for the error
     * @throws InvalidRequestException if its info is too long
     */
    Report fromData(Data data, long index) {
        checkInfo(data.getInfo(), "[" + index + "].info");
        return new Report(data.getStatusValue(), data.getInfo(), null);
    }

    private void checkInfo(String info, String field) {
        if (info.length() * (long) MAX_BYTES_PER_UNIT <= maxInfoBytes) {
            return;
        }
        int bytes = Utf8.encodedLength(info);
        if (bytes > maxInfoBytes) {
            throw new InvalidRequestException(
                    field, "expected at most " + maxInfoBytes + " bytes of UTF-8, but it has " + bytes);
        }
    }
}
