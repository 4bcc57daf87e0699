package dev.waystate;

import dev.waystate.cli.Waystate;
import dev.waystate.process.SqliteLibrary;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Serves, or runs one of the client commands. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class WaystateApplication {

    /**
     * Serves when the arguments are {@code [serve] [--spring.property=value ...]}; all else is a client command.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        String[] written = Waystate.arguments(args);
        if (Waystate.serves(written)) {
            SpringApplication server = new SpringApplication(WaystateApplication.class);
            server.addInitializers(context -> SqliteLibrary.load());
            serve(
                    server,
                    Arrays.stream(written)
                            .filter(arg -> !arg.equals(Waystate.SERVE))
                            .toArray(String[]::new));
        } else {
            System.exit(Waystate.run(written));
        }
    }

    /** Ends the process when the start fails: threads of one of the ports may be left. */
    private static void serve(SpringApplication server, String[] args) {
        try {
            server.run(args);
        } catch (Throwable failedStart) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failedStart); // tells what Spring has not
            System.exit(1);
        }
    }
}
