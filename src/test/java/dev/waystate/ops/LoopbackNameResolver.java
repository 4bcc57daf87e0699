package dev.waystate.ops;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resolves {@code loopback:///50051,50052} to one address for each port. */
final class LoopbackNameResolver extends NameResolver {

    private final List<EquivalentAddressGroup> addresses;

    private LoopbackNameResolver(String ports) {
        this.addresses = Arrays.stream(ports.split(","))
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)))
                .map(EquivalentAddressGroup::new)
                .toList();
    }

    @Override
    public String getServiceAuthority() {
        return "localhost";
    }

    @Override
    public void start(Listener2 listener) {
        listener.onResult(ResolutionResult.newBuilder()
                .setAddressesOrError(StatusOr.fromValue(addresses))
                .build());
    }

    @Override
    public void shutdown() {
        // nothing is open
    }

    /** Makes the scheme known to channels. */
    static final class Provider extends NameResolverProvider {

        @Override
        public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
            return getDefaultScheme().equals(target.getScheme())
                    ? new LoopbackNameResolver(target.getPath().substring(1))
                    : null;
        }

        @Override
        public String getDefaultScheme() {
            return "loopback";
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }
    }
}
