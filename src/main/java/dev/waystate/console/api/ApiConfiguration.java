package dev.waystate.console.api;

import dev.waystate.console.ConditionalOnConsole;
import dev.waystate.server.calls.InProcessServer;
import io.grpc.ManagedChannel;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Puts the API on the HTTP port. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnConsole
@Import(InProcessServer.class)
class ApiConfiguration {

    @Bean
    ServletRegistrationBean<ApiServlet> api(ManagedChannel inProcessChannel, UnwrittenAnswers unwritten) {
        ServletRegistrationBean<ApiServlet> registration =
                new ServletRegistrationBean<>(new ApiServlet(inProcessChannel, unwritten), "/api/*");
        registration.setName("api");
        registration.setLoadOnStartup(1);
        return registration;
    }
}
