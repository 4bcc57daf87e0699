package dev.waystate.server;

import dev.waystate.server.calls.GzipMessages;
import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.List;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorRegistry;
import net.devh.boot.grpc.server.scope.GrpcRequestScope;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The gRPC server's threads and interceptors, and the reflection service that the starter does not have. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    static {
        // Netty asks for each frame whether to log it. These loggers answer without the filters for every log line.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        // A client could have keys made again and again on one connection, which HTTP/2 forbids (RFC 9113, 9.2.1).
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /**
     * RPCs run on the transport's threads: none of them blocks. Those that may block hand their work to the executor
     * themselves, so that a full queue is answered and not lost.
     *
     * <p>Buffers come from Netty's own allocator, which is faster than that of grpc-java. Netty does not search for
     * leaked buffers unless asked to: the search takes stack traces, and no code here handles buffers.
     *
     * @param tls the TLS of the port, where a feature brings it
     */
    @Bean
    GrpcServerConfigurer transport(ObjectProvider<SslContext> tls) {
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
        return server -> {
            server.directExecutor();
            if (server instanceof NettyServerBuilder netty) {
                netty.withChildOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT);
                tls.ifAvailable(netty::sslContext);
            }
        };
    }

    /** Takes the place of the starter's registry. */
    @Bean
    DecompressorRegistry decompressors() {
        return GzipMessages.registry();
    }

    /** Leaves the starter's request scope out, which nothing here uses and every call would pay for. */
    @Bean
    GlobalServerInterceptorRegistry globalInterceptors(ApplicationContext application) {
        return new GlobalServerInterceptorRegistry(application) {
            @Override
            protected List<ServerInterceptor> initServerInterceptors() {
                List<ServerInterceptor> interceptors = super.initServerInterceptors();
                interceptors.removeIf(GrpcRequestScope.class::isInstance);
                return interceptors;
            }
        };
    }

    /** The executor of the RPCs that may block. Its full queue rejects, which becomes RESOURCE_EXHAUSTED. */
    @Bean
    ThreadPoolTaskExecutor rpcExecutor(ExecutorProperties properties) {
        ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
        executor.setThreadNamePrefix("rpc-");
        executor.setCorePoolSize(properties.poolSize());
        executor.setMaxPoolSize(properties.poolSize());
        executor.setQueueCapacity(properties.queueCapacity());
        executor.setAcceptTasksAfterContextClose(true); // open calls still need it then
        return executor;
    }

    /** Reflection v1 beside the starter's v1alpha, under the same switch. */
    @GrpcService
    @Bean
    @ConditionalOnProperty(name = "grpc.server.reflection-service-enabled", matchIfMissing = true)
    BindableService reflectionV1() {
        return ProtoReflectionServiceV1.newInstance();
    }
}
