package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicSettingsTests {

    private static final Pattern SETTING = Pattern.compile("--config ([a-z.]+)=(\\S+)");

    @Test
    void commandOfTheDocumentationGivesATopicTheSettingsThatTheLogNeeds() throws IOException {
        String page = Files.readString(Path.of("src/docs/replicas.md"));
        int begin = page.indexOf("```sh\nkafka-topics.sh");
        String command = page.substring(begin, page.indexOf("```\n", begin));

        Map<String, String> settings = SETTING.matcher(command)
                .results()
                .collect(Collectors.toMap((MatchResult found) -> found.group(1), found -> found.group(2)));

        assertThat(settings).containsExactlyInAnyOrderEntriesOf(TopicSettings.of(3, 2, 2_095_873));
    }

    @Test
    void singleReplicaWritesEachEntryToItsDisk() {
        assertThat(TopicSettings.of(1, 1, 1_000)).containsEntry("flush.messages", "1");
        assertThat(TopicSettings.of(3, 2, 1_000)).doesNotContainKey("flush.messages");
    }
}
