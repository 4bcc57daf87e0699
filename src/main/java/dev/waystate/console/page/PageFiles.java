package dev.waystate.console.page;

import dev.waystate.console.ConditionalOnConsole;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.util.DigestUtils;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Serves the page from the jar, and only those files of its libraries that the page needs. Browsers ask each time
 * whether a file has changed, by a hash of its content: in a jar that is built reproducibly, all files have the same
 * time.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnConsole
class PageFiles implements WebMvcConfigurer {

    private static final String LIBRARIES = "classpath:/META-INF/resources/webjars/";

    @Override
    public void addViewControllers(ViewControllerRegistry views) {
        views.addViewController("/").setViewName("forward:/index.html");
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry files) {
        serve(files, "/**", "classpath:/static/");
        serve(files, "/webjars/uplot/*/dist/*", LIBRARIES + "uplot/");
    }

    private static void serve(ResourceHandlerRegistry files, String pattern, String location) {
        files.addResourceHandler(pattern)
                .addResourceLocations(location)
                .setCacheControl(CacheControl.noCache())
                .setUseLastModified(false)
                .setEtagGenerator(PageFiles::etag);
    }

    private static String etag(Resource file) {
        try (InputStream content = file.getInputStream()) {
            return DigestUtils.md5DigestAsHex(content);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
