package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the README against the code. */
class ReadmeTests {

    private static final Path README = Path.of("README.md");
    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");
    private static final Pattern PROPERTY_ROW =
            Pattern.compile("(?m)^\\| `(waystate\\.[a-z.-]+)` \\| `([^`]*)` \\| \\S.* \\|$");

    @Test
    void theConfigurationTableHasEveryPropertyWithItsDefault() throws IOException {
        assertThat(documented()).isEqualTo(declared());
    }

    @Test
    void theTwoSetUpCommandsStandOnTheFirstScreen() throws IOException {
        List<String> firstScreen = Files.readAllLines(README).subList(0, 20);
        assertThat(firstScreen).anyMatch(line -> line.startsWith("./mvnw spring-boot:run"));
        assertThat(firstScreen).anyMatch(line -> line.startsWith("./mvnw verify"));
    }

    @Test
    void everyPropertyHasADescription() {
        for (JsonNode property : metadata().get("properties")) {
            assertThat(property.path("description").asString(""))
                    .as(property.toString())
                    .isNotBlank();
        }
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> properties = new TreeMap<>();
        PROPERTY_ROW
                .matcher(Files.readString(README))
                .results()
                .forEach((MatchResult row) -> properties.put(row.group(1), row.group(2)));
        return properties;
    }

    private static Map<String, String> declared() {
        Map<String, String> properties = new TreeMap<>();
        for (JsonNode property : metadata().get("properties")) {
            properties.put(
                    property.get("name").asString(),
                    property.path("defaultValue").asString(""));
        }
        return properties;
    }

    private static JsonNode metadata() {
        return JsonMapper.builder().build().readTree(METADATA);
    }
}
