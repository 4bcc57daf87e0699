package dev.waystate.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.StatusNames;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportFormatTests {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status,info\nOK,a\n",
                "OK,a\n",
                "INFO, Status ,more\na,ok,x\n",
                "\uFEFFstatus,info\n1,a",
                "\"ok\",\"a\""
            })
    void csvIsReadWithAHeaderAndWithout(String text) throws IOException {
        assertThat(read("reports.csv", text)).containsExactly(StatusNames.report(1, "a"));
    }

    @Test
    void csvValuesInQuotesMayHaveCommasQuotesAndLineBreaks() throws IOException {
        assertThat(read("reports.csv", "OK,\"a, \"\"b\"\"\nc\"\n\nTIRED\n-7,\n"))
                .containsExactly(
                        StatusNames.report(1, "a, \"b\"\nc"), StatusNames.report(4, ""), StatusNames.report(-7, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reports.jsonl", "reports.json", "reports", "reports.txt"})
    void jsonLinesAreToldByTheNameOrTheFirstCharacter(String name) throws IOException {
        assertThat(
                        read(
                                name,
                                "\n{\"status\":\"Thirsty\",\"info\":\"a\"}\n\n{\"info\":\"b\",\"status\":99,\"x\":[1]}\n{\"status\":0}"))
                .containsExactly(StatusNames.report(2, "a"), StatusNames.report(99, "b"), StatusNames.report(0, ""));
    }

    @Test
    void timesAreReadWhereTheCallTakesThem() throws IOException {
        Report expected = Report.newBuilder()
                .setStatusValue(1)
                .setInfo("a")
                .setReportedAt(Timestamp.newBuilder().setSeconds(1_770_091_506).setNanos(5_000_000))
                .build();

        assertThat(readTimed("reports.csv", "reported_at,status,info\n2026-02-03T04:05:06.005Z,OK,a\n,OK,b\n"))
                .startsWith(expected)
                .last()
                .matches(report -> !report.hasReportedAt());
        assertThat(readTimed(
                        "reports.json",
                        "{\"status\":1,\"info\":\"a\",\"reported_at\":\"2026-02-03T04:05:06.005Z\"}\n"
                                + "{\"status\":1,\"reported_at\":null}"))
                .startsWith(expected)
                .last()
                .matches(report -> !report.hasReportedAt());
        assertThat(read("reports.csv", "status,info,reported_at\nOK,a,yesterday\n"))
                .containsExactly(StatusNames.report(1, "a"));
    }

    @Test
    void wrongTimeIsRefusedWithItsLine() {
        assertThatThrownBy(() -> readTimed("reports.csv", "status,reported_at\nOK,yesterday\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reports.csv:2: Expected a time ");
        assertThatThrownBy(() -> readTimed("reports.json", "{\"status\":1,\"reported_at\":17}\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reports.json:1: Expected a time ");
    }

    @Test
    void emptyFileHasNoReports() throws IOException {
        assertThat(read("reports.csv", "")).isEmpty();
        assertThat(read("reports", "")).isEmpty();
        assertThat(read("reports.json", "\n")).isEmpty();
    }

    @Test
    void unknownStatusIsRefusedWithItsLineAndTheNames() {
        assertThatThrownBy(() -> read("reports.csv", "status,info\nOK,\"a\nb\"\nSAD,c\n"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("reports.csv:4: Expected a status (UNKNOWN, OK, THIRSTY, STARVED, TIRED, or a"
                        + " number), but found \"SAD\".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK,a,b\n", "info,status\nx\n"})
    void rowOfAnotherWidthIsRefused(String text) {
        assertThatThrownBy(() -> read("reports.csv", text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Expected 2 columns, but found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"status\":1}]",
                "{\"info\":\"a\"}",
                "{\"status\":[]}",
                "{\"status\":1} x",
                "{\"status\":1,\"info\":{}}",
                "\"OK\"",
                "{"
            })
    void lineThatIsNoReportIsRefusedWithItsNumber(String line) {
        assertThatThrownBy(() -> read("reports.json", "{\"status\":1}\n" + line))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reports.json:2: Expected one JSON object a line");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reports.csv", "reports.json"})
    void whatIsNotUtf8IsRefused(String name) throws IOException {
        Path file = Files.write(directory.resolve(name), "OK,\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> readAll(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("UTF-8");
    }

    private List<Data> read(String name, String text) throws IOException {
        return readAll(Files.writeString(directory.resolve(name), text));
    }

    private List<Report> readTimed(String name, String text) throws IOException {
        return readAll(Files.writeString(directory.resolve(name), text), ReportFields::toReport);
    }

    private static List<Data> readAll(Path file) throws IOException {
        return readAll(file, ReportFields::toData);
    }

    private static <T> List<T> readAll(Path file, Function<ReportFields, T> converter) throws IOException {
        List<T> reports = new ArrayList<>();
        try (ReportSource<T> source = ReportFormat.open(file.toString(), null, converter)) {
            for (T report = source.next(); report != null; report = source.next()) {
                reports.add(report);
            }
        }
        return reports;
    }
}
