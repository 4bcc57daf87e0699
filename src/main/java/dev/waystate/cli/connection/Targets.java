package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;

/** Converts targets between what people write and what channels take. */
public final class Targets {

    private Targets() {}

    /** Returns the URI, which has every address of a host name tried. */
    public static String toUri(HostAndPort target) {
        boolean ipv6 = target.getHost().contains(":"); // has no place in the path of a URI
        return (ipv6 ? "static://" : "dns:///") + target;
    }

    /** Returns the host and port of a channel's URI, or the text itself if it is no URI. */
    public static String fromUri(String uri) {
        try {
            URI parsed = new URI(uri);
            String path = parsed.getPath();
            return path == null || path.length() < 2 ? parsed.getAuthority() : path.substring(1);
        } catch (URISyntaxException noUri) {
            return uri;
        }
    }
}
