package dev.waystate.server.properties;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says where a configuration file is no YAML, without a stack trace. The parser does not know the file's name. */
class YamlAnalyzer extends AbstractFailureAnalyzer<MarkedYAMLException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, MarkedYAMLException cause) {
        return new FailureAnalysis(
                "Expected YAML in application.yml, or in the file that takes its place, but:\n" + cause.getMessage(),
                "Mend the file at the line and column that are named last. YAML indents with spaces alone.",
                rootFailure);
    }
}
