package dev.waystate.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands that call a server have in common. */
abstract class ClientCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectionOptions connection;

    private String target = "the server";

    ConnectionOptions connection() {
        return connection;
    }

    /** Returns the server that the command has called, as people write it. */
    String target() {
        return target;
    }

    void setTarget(String target) {
        this.target = target;
    }

    /** Returns how long a unary call, or connecting a stream, may take. */
    Duration timeout() {
        return connection.timeoutOr(TIMEOUT);
    }

    /** Fills the {@code @GrpcClient} fields of this command; they work until the context is closed. */
    ClientContext connect() {
        connection.tls().check();
        ClientContext context = ClientContext.start(connection);
        target = context.target();
        context.inject(this);
        return context;
    }

    /**
     * Prints one line of data.
     *
     * @throws OutputException if nobody can read it: there is no sense in going on
     */
    void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        if (out.checkError()) {
            throw new OutputException();
        }
    }

    /** Prints a note for people. */
    void note(String line) {
        spec.commandLine().getErr().println(line);
    }
}
