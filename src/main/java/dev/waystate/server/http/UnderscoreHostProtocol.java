package dev.waystate.server.http;

import java.nio.charset.StandardCharsets;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.buf.MessageBytes;

/**
 * HTTP/1.1 that takes an underscore in the {@code Host} header. Container networks have such names for their services,
 * and RFC 3986 allows them, but Tomcat takes the narrower names of the DNS alone. Public, as Tomcat makes it by its name.
 */
public class UnderscoreHostProtocol extends Http11NioProtocol {

    /** What Tomcat is shown in the place of an underscore: a letter may stand wherever an underscore may. */
    private static final char STAND_IN = 'x';

    @Override
    protected Processor createProcessor() {
        return new Http11Processor(this, getAdapter()) {

            /** Everything else about the name is still Tomcat's to judge. */
            @Override
            protected void parseHost(MessageBytes value) {
                if (value == null || value.isNull() || value.getByteChunk().indexOf('_', 0) < 0) {
                    super.parseHost(value);
                    return;
                }
                String host = value.toString();
                super.parseHost(bytes(host.replace('_', STAND_IN)));
                if (!request.serverName().isNull()) {
                    request.serverName()
                            .setString(host.substring(
                                    0, request.serverName().toString().length()));
                }
            }
        };
    }

    private static MessageBytes bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MessageBytes value = MessageBytes.newInstance();
        value.setBytes(bytes, 0, bytes.length);
        return value;
    }
}
