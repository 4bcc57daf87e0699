package dev.waystate.server.limits;

import dev.waystate.server.calls.MemoryBudgets;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The memory that calls may take. */
@Configuration(proxyBeanMethods = false)
class LimitsConfiguration {

    @Bean
    MemoryBudgets memoryBudgets(LimitsProperties limits) {
        return MemoryBudgets.of(
                limits.inboundMemory().toBytes(),
                limits.outboundMemory().toBytes(),
                limits.messageSize().toBytes());
    }
}
