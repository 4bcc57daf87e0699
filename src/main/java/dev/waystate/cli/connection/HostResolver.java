package dev.waystate.cli.connection;

import com.google.common.net.HostAndPort;
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
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;

/**
 * Finds every address of a host by whatever name this machine knows it. gRPC's own resolver takes the names of the DNS
 * alone: no underscore, as container networks have it, no {@code 127.1}, and no zone as in {@code fe80::1%eth0}.
 */
final class HostResolver extends NameResolver {

    private static final Provider PROVIDER = new Provider();

    private final HostAndPort target;
    private final Args channel;
    private Listener2 listener;

    private HostResolver(HostAndPort target, Args channel) {
        this.target = target;
        this.channel = channel;
    }

    /** Returns the URI of a channel to a target. */
    static URI uri(HostAndPort target) {
        NameResolverRegistry.getDefaultRegistry().register(PROVIDER);
        try {
            return new URI(Provider.SCHEME, "", "/" + target, null);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Returns the proxy through which the system properties have a target called. */
    static Optional<String> proxy(HostAndPort target) {
        try {
            return GrpcUtil.DEFAULT_PROXY_DETECTOR.proxyFor(unresolved(target))
                            instanceof HttpConnectProxiedSocketAddress proxied
                    ? Optional.of(proxied.getProxyAddress().toString())
                    : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    @Override
    public String getServiceAuthority() {
        return HostAndPort.fromParts(target.getHost().replaceFirst("%.*", ""), target.getPort())
                .toString();
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
        try {
            listener.onResult(ResolutionResult.newBuilder()
                    .setAddressesOrError(StatusOr.fromValue(
                            addresses().map(EquivalentAddressGroup::new).toList()))
                    .build());
        } catch (IOException unknown) {
            listener.onError(Status.UNAVAILABLE
                    .withDescription("Unable to resolve host " + target.getHost())
                    .withCause(unknown));
        }
    }

    private Stream<SocketAddress> addresses() throws IOException {
        SocketAddress proxied = channel.getProxyDetector().proxyFor(unresolved(target));
        return proxied != null
                ? Stream.of(proxied)
                : Arrays.stream(InetAddress.getAllByName(target.getHost()))
                        .map(address -> new InetSocketAddress(address, target.getPort()));
    }

    private static InetSocketAddress unresolved(HostAndPort target) {
        return InetSocketAddress.createUnresolved(target.getHost(), target.getPort());
    }

    @Override
    public void shutdown() {
        // a look-up that is under way comes to its end
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
                    ? new HostResolver(HostAndPort.fromString(target.getPath().substring(1)), channel)
                    : null;
        }
    }
}
