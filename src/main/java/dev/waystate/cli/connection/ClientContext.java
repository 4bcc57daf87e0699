package dev.waystate.cli.connection;

import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientSecurityAutoConfiguration;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The starter's client in the smallest context that it works in: no server, no logging system, no listeners, which
 * starts in half the time of a {@code SpringApplication}. The channel is {@code grpc.client.waystate} of application.yml;
 * the options of the command line go before it. The auto-configurations are imported as plain configurations, so that
 * their exclusion in application.yml, which is meant for the server, does not hold here.
 */
public final class ClientContext implements AutoCloseable {

    /** The channel's name in {@code @GrpcClient} and in the properties. */
    public static final String CLIENT = "waystate";

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    private ClientContext(ConnectionOptions options) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("options", options.toProperties()));
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        context.setEnvironment(environment);
        context.register(Client.class);
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

    /** Returns where the channel leads, as people write it. */
    public String target() {
        return Targets.fromUri(
                context.getEnvironment().getProperty("grpc.client." + CLIENT + ".address", "localhost:50051"));
    }

    public boolean usesTls() {
        return !"plaintext"
                .equalsIgnoreCase(
                        context.getEnvironment().getProperty("grpc.client." + CLIENT + ".negotiation-type", "tls"));
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
