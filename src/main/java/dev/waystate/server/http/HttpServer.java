package dev.waystate.server.http;

import dev.waystate.process.PrivateDirectory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Gives Tomcat directories that stay the same, where Boot would make new ones at each start, which a process that is
 * killed leaves behind; {@code server.tomcat.basedir} still says otherwise. They stay empty, so that servers can share
 * them. The port takes the host names that name services of containers.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class HttpServer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    @Override
    public void customize(TomcatServletWebServerFactory tomcat) {
        tomcat.setBaseDirectory(PrivateDirectory.resolve("tomcat").toFile());
        tomcat.setDocumentRoot(PrivateDirectory.resolve("document-root").toFile());
        tomcat.setProtocol(UnderscoreHostProtocol.class.getName());
    }
}
