package dev.waystate.console.page;

import dev.waystate.console.ConditionalOnConsole;
import dev.waystate.console.Problem;
import dev.waystate.server.http.ProblemReport;
import io.grpc.Status.Code;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tells browsers what an answer may do. The page may run its own files and talk to its own server; no other answer may
 * do anything.
 */
@Component
@ConditionalOnConsole
@Order(Ordered.HIGHEST_PRECEDENCE)
class SecurityHeaders extends OncePerRequestFilter {

    private static final Set<String> PAGE = Set.of("/", "/index.html");

    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'";

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        ProblemReport.BROWSER_HEADERS.forEach(response::setHeader);
        if (PAGE.contains(path)) {
            response.setHeader("Content-Security-Policy", PAGE_POLICY);
        }
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (isOfAnotherSitesPage(request)) {
            Problem.of(HttpStatus.FORBIDDEN, Code.PERMISSION_DENIED, "Expected no request of another site's page")
                    .send(response);
            return;
        }
        chain.doFilter(request, response);
    }

    /**
     * Returns whether a page of another site has made the request. Such a page sees no answer, but could hold streams
     * open. A link from there to here is allowed.
     */
    private static boolean isOfAnotherSitesPage(HttpServletRequest request) {
        return "cross-site".equals(request.getHeader("Sec-Fetch-Site"))
                && !"navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }
}
