package dev.waystate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;

/**
 * The whole service in this JVM with an empty log, and {@code @GrpcClient("waystate")} stubs that call it without a
 * network.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@SpringBootTest(
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "grpc.server.port=-1",
            "grpc.server.in-process-name=waystate-test",
            "grpc.client.waystate.address=in-process:waystate-test",
            "grpc.client.waystate.shutdown-grace-period=0s",
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db"
        })
@Import(GrpcClientAutoConfiguration.class)
@DirtiesContext
public @interface InProcessTest {}
