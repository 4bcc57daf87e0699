package dev.waystate.server.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.devh.boot.grpc.server.config.GrpcServerProperties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.test.util.ReflectionTestUtils;

class InProcessServerTests {

    @EnableConfigurationProperties(GrpcServerProperties.class)
    static class Configured {

        @Bean
        InProcessServer server(GrpcServerProperties properties) {
            return new InProcessServer(List::of, List.of(), null, properties); // it does not drain here
        }
    }

    /** The one of the gRPC port takes a number without a unit for seconds. */
    @ParameterizedTest
    @CsvSource({"30, PT30S", "30s, PT30S", "-1, PT-1S"})
    void itWaitsForCallsAsLongAsTheServerOfTheGrpcPort(String period, Duration expected) {
        new ApplicationContextRunner()
                .withUserConfiguration(Configured.class)
                .withPropertyValues("grpc.server.shutdown-grace-period=" + period)
                .run(context -> assertThat(
                                ReflectionTestUtils.getField(context.getBean(InProcessServer.class), "gracePeriod"))
                        .isEqualTo(expected));
    }
}
