package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where to call: one server, or replicas.
 *
 * @param hosts at least one; each stands for all of its addresses
 * @param replicas whether the addresses are those of different servers with the same log
 */
public record Target(List<HostAndPort> hosts, boolean replicas) {

    /** The scheme and the empty authority before one name of all replicas. */
    static final String DNS = "dns:///";

    static Target server(HostAndPort host) {
        return new Target(List.of(host), false);
    }

    /** Returns the text that {@link TargetConverter} reads. */
    @Override
    public String toString() {
        String text = hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
        return replicas && hosts.size() == 1 ? DNS + text : text;
    }
}
