package dev.waystate.console;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the HTTP port has besides health and metrics.
 *
 * @param enabled whether the HTTP port has the page, {@code /api} and the stream of frames; see
 *     {@link ConditionalOnConsole}
 */
@ConfigurationProperties("waystate.console")
record ConsoleProperties(@DefaultValue("true") boolean enabled) {

    static final String ENABLED = "waystate.console.enabled";
}
