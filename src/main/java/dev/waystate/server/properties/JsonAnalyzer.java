package dev.waystate.server.properties;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.json.JsonParseException;

/** Names the variable whose properties are no JSON, without a stack trace. */
class JsonAnalyzer extends AbstractFailureAnalyzer<JsonParseException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, JsonParseException cause) {
        return new FailureAnalysis(
                "SPRING_APPLICATION_JSON, or the property spring.application.json: expected a JSON object, but it cannot be"
                        + " read.",
                "Correct it, such as {\"waystate\": {\"state-log\": {\"heartbeat\": \"5s\"}}}.",
                rootFailure);
    }
}
