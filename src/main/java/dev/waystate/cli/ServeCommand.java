package dev.waystate.cli;

import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Describes the server in the help. The application starts the server without picocli. */
@Command(
        name = Waystate.SERVE,
        description = {
            "Serves; also what happens without a command.",
            "Spring properties may follow: serve --grpc.server.port=50052 --server.port=8081",
            "Exits with 1 if it cannot start, and with 74 if it cannot go on. Its log says why."
        })
final class ServeCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "--PROPERTY=VALUE", arity = "0..*", description = "Spring properties of the server.")
    private List<String> properties = List.of();

    /** Names the argument that is no property. Picocli runs this only if there is one. */
    @Override
    public void run() {
        String wrong = properties.stream()
                .filter(Predicate.not(Waystate::isProperty))
                .findFirst()
                .orElseThrow();
        throw new ParameterException(
                spec.commandLine(),
                "Expected a property, such as --grpc.server.port=50052, but found '" + wrong + "'.");
    }
}
