package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** A wrong limit stops the start, which names it. */
class LimitsPropertiesTests {

    @EnableConfigurationProperties(LimitsProperties.class)
    @Configuration(proxyBeanMethods = false)
    static class Limits {}

    @ParameterizedTest
    @CsvSource({"8, 128, 1, 2", "8, 4096, 1, 8", "8, 4096, 16, 4", "8, 96, 64, 1"})
    void messagesThatAreParsedAtOnceFitIntoTheHeap(int processors, long heapMb, long messageMb, int threads) {
        assertThat(ConnectionLimits.threads(processors, heapMb << 20, messageMb << 20))
                .isEqualTo(threads);
    }

    @ParameterizedTest
    @CsvSource({"128, 2048", "256, 4096", "8192, 10000"})
    void framesThatAreNotWholeTakeHalfOfTheMemoryAtMost(long heapMb, int connections) {
        assertThat(LimitsProperties.connections(heapMb << 20)).isEqualTo(connections);
    }

    @ParameterizedTest
    @CsvSource({
        "message-size, 512KB, message-size",
        "metadata-size, 2MB, metadata-size",
        "flow-control-window, 1KB, flow-control-window",
        "connections, 0, connections",
        "calls-per-connection, 0, callsPerConnection",
        "handshake-timeout, 0s, handshakeTimeout",
        "connection-idle, 1ms, connection-idle",
        "unary-deadline, -1s, unary-deadline",
        "caller-rate, -1, callerRate",
    })
    void outOfRange(String limit, String value, String named) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ValidationAutoConfiguration.class, ConfigurationPropertiesAutoConfiguration.class))
                .withUserConfiguration(Limits.class)
                .withPropertyValues("waystate.limits." + limit + "=" + value)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(named));
    }
}
