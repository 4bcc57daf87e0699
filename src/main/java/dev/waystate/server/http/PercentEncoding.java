package dev.waystate.server.http;

import dev.waystate.process.Utf8;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.springframework.util.StringUtils;

/** The percent-encoding of UTF-8 in paths and queries (RFC 3986, 2.1). */
public final class PercentEncoding {

    private PercentEncoding() {}

    /**
     * Returns the decoded text.
     *
     * @throws IllegalArgumentException if a percent sign begins no byte
     * @throws CharacterCodingException if the bytes are not in UTF-8
     */
    public static String decode(String encoded) throws CharacterCodingException {
        return Utf8.decode(
                StringUtils.uriDecode(encoded, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
    }
}
