package dev.waystate.server.http;

import dev.waystate.process.PrivateDirectory;
import dev.waystate.server.limits.LimitsProperties;
import java.time.Duration;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;

/**
 * Gives Tomcat directories that stay the same, where Boot would make new ones at each start, which a process that is
 * killed leaves behind; {@code server.tomcat.basedir} still says otherwise. They stay empty, so that servers can share
 * them. The port takes the names of services in container networks, and paths of segments with slashes in them; what it
 * refuses is answered as a problem. All this holds for the port of the actuator, too, where it has one of its own: its
 * context finds this class in a file under {@code META-INF/spring}.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@Order(Ordered.HIGHEST_PRECEDENCE)
class HttpServer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    private static final String PASS_THROUGH = EncodedSolidusHandling.PASS_THROUGH.getValue();

    private final Duration readerStallTimeout;

    HttpServer(LimitsProperties limits) {
        this.readerStallTimeout = limits.readerStallTimeout();
    }

    @Override
    public void customize(TomcatServletWebServerFactory tomcat) {
        tomcat.setBaseDirectory(PrivateDirectory.resolve("tomcat").toFile());
        tomcat.setDocumentRoot(PrivateDirectory.resolve("document-root").toFile());
        tomcat.setProtocol(UnderscoreHostProtocol.class.getName());
        tomcat.addEngineValves(new AsyncAnswers(readerStallTimeout));
        tomcat.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling(PASS_THROUGH);
            connector.setEncodedReverseSolidusHandling(PASS_THROUGH);
        });
        tomcat.addContextCustomizers(context -> {
            context.addMimeMapping("yaml", MediaType.APPLICATION_YAML_VALUE); // or parts of a file had no type
            List.of(context.findErrorPages()).forEach(context::removeErrorPage); // of the actuator's own port
            ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemReport.class.getName());
        });
    }
}
