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
 * Sets Tomcat up. Its directories stay the same, and empty, so that servers can share them;
 * {@code server.tomcat.basedir} names others. Boot would make new ones at each start, and a killed process leaves them
 * behind. Host names may have underscores, as in container networks, and segments of paths may have encoded slashes.
 * What Tomcat refuses is answered as a problem. The actuator's port has all this, too, if it is one of its own: its
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
        tomcat.addContextValves(new BodyRefusal());
        tomcat.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling(PASS_THROUGH);
            connector.setEncodedReverseSolidusHandling(PASS_THROUGH);
        });
        tomcat.addContextCustomizers(context -> {
            context.addMimeMapping("yaml", MediaType.APPLICATION_YAML_VALUE); // else parts of a file had no type
            List.of(context.findErrorPages()).forEach(context::removeErrorPage); // of the actuator's own port
            ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemReport.class.getName());
        });
    }
}
