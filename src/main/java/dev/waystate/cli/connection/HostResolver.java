package dev.waystate.cli.connection;

import com.google.common.base.Joiner;
import com.google.common.net.HostAndPort;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.internal.GrpcUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;

/**
 * Finds every address of one host or several, by any name that this machine can resolve. gRPC's own resolver takes only
 * names of the DNS: no underscore, as container networks have it, no {@code 127.1}, and no zone as in
 * {@code fe80::1%eth0}.
 */
final class HostResolver extends NameResolver {

    private static final Provider PROVIDER = new Provider();

    private final List<HostAndPort> hosts;
    private final Args channel;
    private Listener2 listener;

    private HostResolver(List<HostAndPort> hosts, Args channel) {
        this.hosts = hosts;
        this.channel = channel;
    }

    /** Returns the URI of a channel to a target. */
    static URI uri(Target target) {
        NameResolverRegistry.getDefaultRegistry().register(PROVIDER);
        try {
            URI uri = new URI(Provider.SCHEME, "", "/" + Joiner.on(',').join(target.hosts()), null);
            return URI.create(uri.toASCIIString()); // gRPC takes no others
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Returns the proxy that the system properties name for a target. */
    static Optional<String> proxy(Target target) {
        try {
            for (HostAndPort host : target.hosts()) {
                if (GrpcUtil.DEFAULT_PROXY_DETECTOR.proxyFor(unresolved(host))
                        instanceof HttpConnectProxiedSocketAddress proxied) {
                    return Optional.of(proxied.getProxyAddress().toString());
                }
            }
        } catch (IOException unknown) {
            // as good as none
        }
        return Optional.empty();
    }

    @Override
    public String getServiceAuthority() {
        return authority(hosts.get(0));
    }

    @Override
    public void start(Listener2 listener) {
        this.listener = listener;
        refresh();
    }

    @Override
    public void refresh() {
        Executor given = channel.getOffloadExecutor();
        (given == null ? ForkJoinPool.commonPool() : given).execute(this::lookUp);
    }

    private void lookUp() {
        List<EquivalentAddressGroup> addresses = new ArrayList<>();
        Status unknown = null;
        for (HostAndPort host : hosts) {
            try {
                addresses(host).map(address -> group(address, host)).forEach(addresses::add);
            } catch (IOException failure) { // the other hosts may have addresses
                unknown = Status.UNAVAILABLE
                        .withDescription("Unable to resolve host " + host.getHost())
                        .withCause(failure);
            }
        }
        if (addresses.isEmpty() && unknown != null) {
            listener.onError(unknown);
        } else {
            listener.onResult(ResolutionResult.newBuilder()
                    .setAddressesOrError(StatusOr.fromValue(addresses))
                    .build());
        }
    }

    private Stream<SocketAddress> addresses(HostAndPort host) throws IOException {
        SocketAddress proxied = channel.getProxyDetector().proxyFor(unresolved(host));
        return proxied != null
                ? Stream.of(proxied)
                : Arrays.stream(InetAddress.getAllByName(host.getHost()))
                        .map(address -> new InetSocketAddress(address, host.getPort()));
    }

    /** Returns the group of an address. With TLS, the server at the address must have a certificate of its own host. */
    private static EquivalentAddressGroup group(SocketAddress address, HostAndPort host) {
        return new EquivalentAddressGroup(
                address,
                Attributes.newBuilder()
                        .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority(host))
                        .build());
    }

    private static String authority(HostAndPort host) {
        return HostAndPort.fromParts(host.getHost().replaceFirst("%.*", ""), host.getPort())
                .toString();
    }

    private static InetSocketAddress unresolved(HostAndPort host) {
        return InetSocketAddress.createUnresolved(host.getHost(), host.getPort());
    }

    @Override
    public void shutdown() {
        // a look-up that is under way comes to its end
    }

    private static List<HostAndPort> hosts(String text) {
        return Arrays.stream(text.split(",")).map(HostAndPort::fromString).toList();
    }

    private static final class Provider extends NameResolverProvider {

        static final String SCHEME = "host";

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 0; // never the default
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public HostResolver newNameResolver(URI target, Args channel) {
            return target.getScheme().equals(SCHEME)
                    ? new HostResolver(hosts(target.getPath().substring(1)), channel)
                    : null;
        }
    }
}
