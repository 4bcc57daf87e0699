package dev.waystate.cli;

import dev.waystate.cli.output.Progress;
import dev.waystate.process.Utf8;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.kafka.LogImport;
import dev.waystate.statelog.kafka.UnusableTopicException;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import io.grpc.Status;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Imports the log of a server that has stopped into a Kafka topic, so that replicas go on with it. It calls
 * only the brokers.
 */
@Command(
        name = "import",
        description = {
            "Writes the log of a server on this machine into an empty Kafka topic, so that replicas go on with"
                    + " it. The server must have stopped, and no replica may run yet.",
            "Positions, sequences and the log's id stay as they are. The log is checked before, and stays as it is.",
            "Exits with 73 if the log or the topic cannot be used, 78 if the brokers do not answer, 79 if the log is"
                    + " damaged."
        })
final class ImportCommand extends StoreCommand {

    @Parameters(paramLabel = "FILE", description = "The server's waystate.state-log.file.")
    private Path file;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            required = true,
            description = "A Kafka broker, or several with commas between.")
    private String brokers;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            required = true,
            description = "The topic, which must be empty, and have the settings of a replicated log.")
    private String topic;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "Settings of a Kafka client, such as for TLS and SASL, as Kafka's own tools have them.")
    private @Nullable Path config;

    ImportCommand() {
        super("import");
    }

    @Override
    int run() {
        Map<String, String> settings = settings();
        String task = "import " + VisibleText.of(file);
        try {
            print(file, runImport(settings), null);
        } catch (LogUnavailableException away) {
            return fail(task, away.getMessage(), Status.UNAVAILABLE);
        } catch (DamagedRecordException damaged) {
            return fail(task, damaged.getMessage(), Status.DATA_LOSS);
        } catch (IOException | UnusableFileException | UnusableTopicException unusable) {
            return fail(task, unusable);
        }
        if (!json()) {
            note("Replicas with empty data directories go on with it. Do not start a server on the file again.");
        }
        return ExitCodes.DONE;
    }

    private Map<String, String> settings() {
        Properties properties = new Properties();
        if (config != null) {
            try {
                properties.load(
                        new StringReader(text(Files.readAllBytes(config)).replaceFirst("^\uFEFF", "")));
            } catch (IOException | IllegalArgumentException unreadable) {
                throw new InputException(
                        "Expected settings of a Kafka client in " + VisibleText.of(config)
                                + ", but they cannot be read: "
                                + VisibleText.of(reason(unreadable)),
                        unreadable);
            }
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    /** Returns settings in UTF-8; or in ISO 8859-1, as Kafka's own tools read them, if they are not. */
    private static String text(byte[] settings) {
        try {
            return Utf8.decode(settings);
        } catch (CharacterCodingException latin) {
            return new String(settings, StandardCharsets.ISO_8859_1);
        }
    }

    private long runImport(Map<String, String> settings) throws IOException {
        try (Progress progress = Progress.of("Records written")) {
            return LogImport.run(
                    file, topic, brokers, settings, warning -> note(VisibleText.of(warning)), progress::stepBy);
        } catch (NoSuchFileException missing) {
            throw new InputException(
                    "Expected a server's store, but there is no file " + VisibleText.of(file) + ".", missing);
        } catch (IllegalArgumentException wrongSettings) {
            throw new InputException(VisibleText.of(String.valueOf(wrongSettings.getMessage())), wrongSettings);
        }
    }
}
