package dev.waystate.cli.connection;

import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Map;
import java.util.function.Consumer;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientSecurityAutoConfiguration;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelConfigurer;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The starter's client in the smallest context that it works in: no server, no logging system, no listeners, which
 * starts in half the time of a {@code SpringApplication}. No configuration file, environment variable or system property
 * has a say: those in reach are a server's. The auto-configurations are imported as plain configurations.
 */
public final class ClientContext implements AutoCloseable {

    /** The channel's name in {@code @GrpcClient}. */
    public static final String CLIENT = "waystate";

    private static final String PREFIX = "grpc.client." + CLIENT + ".";

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    private ClientContext(ConnectionOptions options) {
        AbstractEnvironment environment = new AbstractEnvironment() {};
        Map<String, Object> properties = Map.of(
                PREFIX + "address", HostResolver.uri(options.server()),
                PREFIX + "negotiation-type", "plaintext", // unless the options say otherwise
                PREFIX + "shutdown-grace-period", "0s");
        environment.getPropertySources().addFirst(new MapPropertySource("options", properties));
        context.setEnvironment(environment);
        context.register(Client.class);
        Consumer<NettyChannelBuilder> settings = options.settings();
        context.registerBean(
                GrpcChannelConfigurer.class, () -> (channel, name) -> settings.accept((NettyChannelBuilder) channel));
        options.credentials().ifPresent(credentials -> context.registerBean(CallCredentials.class, () -> credentials));
        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
        context.refresh();
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

    /** Has the next call connect anew, at once: a channel whose last attempt failed would wait for up to two minutes. */
    public void reconnect() {
        Channel channel = context.getBean(GrpcChannelFactory.class).createChannel(CLIENT);
        if (channel instanceof ManagedChannel managed) { // it is, as long as nothing intercepts
            managed.enterIdle();
        }
    }

    @Override
    public void close() {
        context.close();
    }

    /** What the context consists of. No component scan finds it. */
    @Import({GrpcClientAutoConfiguration.class, GrpcClientSecurityAutoConfiguration.class})
    static final class Client {}
}
