package dev.waystate.server.properties;

import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Names the address that the gRPC port cannot have, without a stack trace. Spring Boot does so for the HTTP port. */
class PortInUseAnalyzer extends AbstractFailureAnalyzer<BindException> {

    /** The beginning of the message of gRPC's transport. The address follows it. */
    private static final String NOT_BOUND = "Failed to bind to address ";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        for (Throwable problem = rootFailure; problem != null; problem = problem.getCause()) {
            String message = problem.getMessage();
            if (message != null && message.startsWith(NOT_BOUND)) {
                return new FailureAnalysis(
                        "grpc.server.port: " + message + ": " + cause.getMessage(),
                        "Stop the process that has the port, or set grpc.server.port to another one.",
                        rootFailure);
            }
        }
        return null;
    }
}
