package dev.waystate.server.telemetry;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.SdkTracerProviderBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** How spans are sampled: as Spring Boot's properties say, except for the batches of a stream that a client traces. */
@Configuration(proxyBeanMethods = false)
class TraceConfiguration {

    @Bean
    @Lazy // without an endpoint nobody asks for it
    SdkTracerProviderBuilderCustomizer linkSampler(Sampler sampler) {
        return provider -> provider.setSampler(new LinkSampler(sampler));
    }
}
