package dev.waystate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands in the help for the server, which the application starts without asking picocli. */
@Command(
        name = Waystate.SERVE,
        description = {
            "Serves; also what happens without a command.",
            "Spring properties may follow: serve --grpc.server.port=50052 --server.port=8081"
        })
final class ServeCommand implements Runnable {

    @Parameters(paramLabel = "--PROPERTY=VALUE", arity = "0..*", description = "Spring properties of the server.")
    private String[] properties;

    @Override
    public void run() {
        throw new IllegalStateException("The application starts the server itself");
    }
}
