package dev.waystate.server.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/1.1 that takes an underscore in the {@code Host} header. Services in container networks have such names, and RFC
 * 3986 allows them. Tomcat alone takes the narrower names of the DNS. Each request knows its socket. There are no more
 * connections than the heap has room for. Public, since Tomcat makes it by its name.
 */
public class UnderscoreHostProtocol extends Http11NioProtocol {

    /** The letter that Tomcat sees in the place of an underscore. A letter may stand wherever an underscore may. */
    private static final char STAND_IN = 'x';

    /** The note of a request that has its socket. Tomcat uses the notes below 17. */
    private static final int SOCKET_NOTE = 17;

    /** Twice what a connection takes whose answer waits for its client; others take a sixth of it. */
    private static final long HEAP_PER_CONNECTION = 256 * 1024;

    static SocketWrapperBase<?> socket(Request request) {
        return (SocketWrapperBase<?>) request.getNote(SOCKET_NOTE);
    }

    @Override
    public void setMaxConnections(int most) {
        super.setMaxConnections((int) Math.min(most, Runtime.getRuntime().maxMemory() / HEAP_PER_CONNECTION));
    }

    @Override
    protected Processor createProcessor() {
        return new Http11Processor(this, getAdapter()) {

            @Override
            public SocketState service(SocketWrapperBase<?> socket) throws IOException {
                request.setNote(SOCKET_NOTE, socket);
                socket.setWriteTimeout(getConnectionTimeout()); // the answer before may have had its own
                return super.service(socket);
            }

            /** Replaces underscores before Tomcat checks the name, which is still Tomcat's to judge. */
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
