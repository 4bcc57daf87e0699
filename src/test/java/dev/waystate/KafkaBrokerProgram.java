package dev.waystate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.slf4j.LoggerFactory;

/** The process of a {@link KafkaBroker}: makes the broker's directory when it is new, and runs the broker. */
final class KafkaBrokerProgram {

    private KafkaBrokerProgram() {}

    /** @param args the file of the broker's settings and the id of its cluster */
    public static void main(String[] args) {
        Thread watch = new Thread(KafkaBrokerProgram::endWithTheTest, "end-with-the-test");
        watch.setDaemon(true);
        watch.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        String[] format = {"format", "--ignore-formatted", "--cluster-id", args[1], "--config", args[0]};
        if (StorageTool.execute(format, System.out) != 0) {
            throw new IllegalStateException("The broker's directory cannot be made");
        }
        Kafka.main(new String[] {args[0]});
    }

    /** The JVM of the test holds the other end of the standard input, and lets go of it however it ends. */
    private static void endWithTheTest() {
        try {
            while (System.in.read() != -1) {
                // nobody writes
            }
        } catch (IOException broken) {
            // as good as ended
        }
        Runtime.getRuntime().halt(1);
    }
}
