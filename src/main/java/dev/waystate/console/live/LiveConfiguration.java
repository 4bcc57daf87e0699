package dev.waystate.console.live;

import dev.waystate.console.ConditionalOnConsole;
import dev.waystate.console.Problem;
import dev.waystate.security.access.HttpAccess;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.status.StatusTable;
import dev.waystate.server.telemetry.HttpCalls;
import dev.waystate.server.telemetry.RequestId;
import dev.waystate.statelog.StateLog;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** The stream of frames, and the hub that feeds it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnConsole
class LiveConfiguration {

    @Bean
    FrameHub frameHub(
            StateLog stateLog, StatusTable statuses, Scheduler scheduler, ObjectProvider<BuildProperties> build) {
        BuildProperties properties = build.getIfAvailable();
        FrameHub hub = new FrameHub(
                stateLog,
                thrown -> Problem.of(statuses.toStatus(thrown, FramesServlet.METHOD, RequestId.of(null))),
                System::nanoTime,
                properties == null ? null : properties.getVersion());
        scheduler.every("frames", FrameHub.TICK, hub::tick);
        return hub;
    }

    @Bean
    ServletRegistrationBean<FramesServlet> framesServlet(
            FrameHub hub, HttpAccess access, HttpCalls calls, StatusTable statuses) {
        ServletRegistrationBean<FramesServlet> registration =
                new ServletRegistrationBean<>(new FramesServlet(hub, access, calls, statuses), FramesServlet.PATH);
        registration.setName("frames");
        return registration;
    }

    /**
     * Ends the streams before Tomcat waits for them. This comes after the drain delay, whose listener has a higher
     * precedence.
     */
    @Bean
    ApplicationListener<ContextClosedEvent> frameStreamsEnd(FrameHub hub, ApplicationContext application) {
        return closed -> {
            if (closed.getApplicationContext() == application) {
                hub.close();
            }
        };
    }
}
