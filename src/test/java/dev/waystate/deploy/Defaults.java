package dev.waystate.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.io.ByteArrayResource;

/** The defaults of the program and its image, with which the files of {@code src/deploy} have to agree. */
final class Defaults {

    static final Path DEPLOY = Path.of("src", "deploy");

    private static final Properties APPLICATION = application(Path.of("src/main/resources/application.yml"));

    private Defaults() {}

    static Properties application(Path file) {
        try {
            return application(Files.readString(file));
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }

    static Properties application(String yaml) {
        YamlPropertiesFactoryBean properties = new YamlPropertiesFactoryBean();
        properties.setResources(new ByteArrayResource(yaml.getBytes()));
        return properties.getObject();
    }

    static int grpcPort() {
        return Integer.parseInt(APPLICATION.get("grpc.server.port").toString());
    }

    static int httpPort() {
        return Integer.parseInt(APPLICATION.get("server.port").toString());
    }

    /** How long a phase of the orderly end may take. */
    static Duration phaseTimeout() {
        return duration(APPLICATION, "spring.lifecycle.timeout-per-shutdown-phase");
    }

    static Duration callGrace() {
        return duration(APPLICATION, "grpc.server.shutdown-grace-period");
    }

    /** The longest orderly end after the drain delay: two phases wait, one for the calls, one for the HTTP requests. */
    static Duration orderlyEnd() {
        return phaseTimeout().multipliedBy(2);
    }

    static Duration duration(Properties properties, String key) {
        return DurationStyle.detectAndParse(properties.get(key).toString());
    }

    /** Returns the words of an instruction of the last stage of the Dockerfile. */
    static List<String> imageInstruction(String name) throws IOException {
        String dockerfile = Files.readString(Path.of("Dockerfile"));
        String lastStage = dockerfile.substring(dockerfile.lastIndexOf("\nFROM "));
        return Pattern.compile("(?m)^" + name + " (.*)$")
                .matcher(lastStage)
                .results()
                .map((MatchResult found) -> found.group(1).replaceAll("[\\[\\]\",]", " "))
                .flatMap(words -> Arrays.stream(words.trim().split(" +")))
                .toList();
    }

    static Set<Path> imageVolumes() throws IOException {
        return imageInstruction("VOLUME").stream().map(Path::of).collect(Collectors.toSet());
    }
}
