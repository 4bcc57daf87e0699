package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

class TraceImportFilterTests {

    private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    /** Conditions on classes, which other filters look at. */
    private static final AutoConfigurationMetadata METADATA = mock();

    /** All that the libraries bring, in their own names. */
    private final List<String> candidates =
            ImportCandidates.load(AutoConfiguration.class, null).getCandidates();

    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void springBootFindsTheFilter() {
        assertThat(filters()).hasSize(1);
    }

    @Test
    void withoutAnEndpointTracingIsLeftOutAndNothingElse() {
        List<String> imported = imported();
        assertThat(candidates).anyMatch(TraceImportFilterTests::traces);
        assertThat(imported)
                .containsExactlyElementsOf(candidates.stream()
                        .filter(candidate -> !traces(candidate))
                        .toList());
    }

    @Test
    void withAnEndpointEverythingIsImported() {
        environment.setProperty(ENDPOINT, "http://localhost:4318/v1/traces");
        assertThat(imported()).containsExactlyElementsOf(candidates);
    }

    /** An earlier filter puts null in the place of what it has left out. */
    @Test
    void aCandidateThatIsLeftOutAlreadyIsNoProblem() {
        TraceImportFilter filter = new TraceImportFilter();
        filter.setEnvironment(environment);
        assertThat(filter.match(new String[] {null}, METADATA)).containsExactly(true);
    }

    private static boolean traces(String candidate) {
        return candidate.contains(".tracing.") || candidate.contains(".opentelemetry.");
    }

    private List<String> imported() {
        AutoConfigurationImportFilter filter = filters().findFirst().orElseThrow();
        ((EnvironmentAware) filter).setEnvironment(environment);
        boolean[] matches = filter.match(candidates.toArray(String[]::new), METADATA);
        return IntStream.range(0, matches.length)
                .filter(i -> matches[i])
                .mapToObj(candidates::get)
                .toList();
    }

    private static Stream<AutoConfigurationImportFilter> filters() {
        return SpringFactoriesLoader.loadFactories(AutoConfigurationImportFilter.class, null).stream()
                .filter(TraceImportFilter.class::isInstance);
    }
}
