package dev.waystate.cli.connection;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.client.channelfactory.NettyChannelFactory;
import net.devh.boot.grpc.client.config.GrpcChannelProperties;
import net.devh.boot.grpc.client.config.GrpcChannelsProperties;
import net.devh.boot.grpc.client.config.NegotiationType;
import net.devh.boot.grpc.client.inject.GrpcClientBeanPostProcessor;
import net.devh.boot.grpc.client.inject.StubTransformer;
import net.devh.boot.grpc.client.interceptor.GlobalClientInterceptorRegistry;
import net.devh.boot.grpc.client.nameresolver.NameResolverRegistration;
import net.devh.boot.grpc.client.security.CallCredentialsHelper;
import net.devh.boot.grpc.client.stubfactory.AsyncStubFactory;
import net.devh.boot.grpc.client.stubfactory.BlockingStubFactory;
import net.devh.boot.grpc.client.stubfactory.FutureStubFactory;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The starter's client in the smallest context that it works in. The beans are named here, since finding them takes
 * longer than a call. Configuration files, environment variables and system properties have no effect: those within
 * reach are meant for a server.
 */
public final class ClientContext implements AutoCloseable {

    /** The channel's name in {@code @GrpcClient}. */
    public static final String CLIENT = "waystate";

    private final Target target;
    private final GenericApplicationContext context = new GenericApplicationContext();

    private ClientContext(ConnectionOptions options) {
        target = options.target();
        Consumer<NettyChannelBuilder> settings =
                options.settings().andThen(channel -> channel.defaultServiceConfig(ServiceConfig.healthy(target)));
        context.registerBean(
                GrpcChannelFactory.class,
                () -> new NettyChannelFactory(
                        properties(options),
                        new GlobalClientInterceptorRegistry(context),
                        List.of((channel, name) -> settings.accept((NettyChannelBuilder) channel))));
        context.registerBean(NameResolverRegistration.class, () -> new NameResolverRegistration(List.of()));
        context.registerBean(AsyncStubFactory.class, AsyncStubFactory::new);
        context.registerBean(BlockingStubFactory.class, BlockingStubFactory::new);
        context.registerBean(FutureStubFactory.class, FutureStubFactory::new);
        options.credentials()
                .map(CallCredentialsHelper::fixedCredentialsStubTransformer)
                .ifPresent(transformer -> context.registerBean(StubTransformer.class, () -> transformer));
        context.registerBean(GrpcClientBeanPostProcessor.class, () -> new GrpcClientBeanPostProcessor(context));
        context.refresh();
    }

    private static GrpcChannelsProperties properties(ConnectionOptions options) {
        GrpcChannelProperties channel = new GrpcChannelProperties();
        channel.setAddress(HostResolver.uri(options.target()));
        channel.setNegotiationType(NegotiationType.PLAINTEXT); // unless the options say otherwise
        channel.setShutdownGracePeriod(Duration.ZERO);
        GrpcChannelsProperties channels = new GrpcChannelsProperties();
        channels.getClient().put(CLIENT, channel);
        return channels;
    }

    /** Starts the context; nothing is connected before the first call. */
    public static ClientContext start(ConnectionOptions options) {
        return new ClientContext(options);
    }

    /** Fills the {@code @GrpcClient} fields of an object. */
    public void inject(Object bean) {
        context.getAutowireCapableBeanFactory()
                .initializeBean(bean, bean.getClass().getName());
    }

    /**
     * Makes the next call go to the next connected replica. If none is connected, the channel connects anew at once: by
     * itself it would wait for up to two minutes after a failed attempt.
     */
    public void reconnect() {
        Channel channel = context.getBean(GrpcChannelFactory.class).createChannel(CLIENT);
        if (channel instanceof ManagedChannel managed) { // it is, as long as nothing intercepts
            if (target.replicas() && managed.getState(false) == ConnectivityState.READY) {
                managed.resetConnectBackoff(); // of the others
            } else {
                managed.enterIdle();
            }
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
