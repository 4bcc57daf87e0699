package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.kafka.EntryCodec.Found;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.Tables;
import dev.waystate.statelog.view.TopicPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic that was written once makes the same tables for ever. */
class GoldenTopicTests {

    private static final Path DIRECTORY = Path.of("src", "test", "resources", "topic");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"log", "import"})
    void topicMakesTheTablesThatItHasAlwaysMade(String name) throws Exception {
        List<Verdict> verdicts = apply(records(name));
        assertThat(verdicts.stream().map(Verdict::getClass).distinct())
                .as("all kinds of verdicts")
                .hasSize(3);
        assertThat(tables())
                .as(
                        "A topic makes other tables than before: replicas of two versions would differ. Leave %s as it is",
                        DIRECTORY.resolve(name + "-tables.txt"))
                .isEqualTo(Files.readAllLines(DIRECTORY.resolve(name + "-tables.txt")));
    }

    /** The control: the comparison sees an entry that is missing. */
    @Test
    void topicThatLacksAnEntryMakesOtherTables() throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = records("log");
        records.remove(records.size() / 2);
        apply(records);
        assertThat(tables()).isNotEqualTo(Files.readAllLines(DIRECTORY.resolve("log-tables.txt")));
    }

    /** A line has a time in milliseconds, the header, and the value. */
    private static List<ConsumerRecord<byte[], byte[]>> records(String name) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String line : Files.readAllLines(DIRECTORY.resolve(name + ".txt"))) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split(" ");
            byte[] header = parts[1].equals("-") ? null : HexFormat.of().parseHex(parts[1]);
            records.add(TopicRecords.record(
                    records.size(),
                    Long.parseLong(parts[0]),
                    header,
                    HexFormat.of().parseHex(parts[2])));
        }
        return records;
    }

    private List<Verdict> apply(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        try (LogView view = LogView.open(directory.resolve("view.db"), 1)) {
            assertThat(view.begin()).isTrue();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Found found = EntryCodec.decode(record);
                if (found != null) {
                    verdicts.add(view.apply(
                            found.origin(), found.entry(), TimeUnit.MILLISECONDS.toNanos(record.timestamp())));
                    view.moveTo(new TopicPlace("cluster", "topic", record.offset() + 1, 0));
                }
            }
            view.commit();
        }
        return verdicts;
    }

    private List<String> tables() throws Exception {
        return Tables.read(directory.resolve("view.db")).entrySet().stream()
                .flatMap(table -> Stream.concat(
                        Stream.of(table.getKey()), table.getValue().stream().map(row -> "  " + row)))
                .toList();
    }
}
