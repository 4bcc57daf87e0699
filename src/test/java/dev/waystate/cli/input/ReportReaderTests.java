package dev.waystate.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.waystate.proto.v1.Report;
import dev.waystate.text.InputException;
import dev.waystate.text.Points;
import dev.waystate.text.Times;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What spreadsheets, loggers and sensors write. */
class ReportReaderTests {

    private static final String AT = "2026-02-03T04:05:06Z";

    @TempDir
    private Path directory;

    static Stream<Arguments> understood() {
        return Stream.of(
                arguments("a header", "status,info\nOK,fine\n", "1:fine"),
                arguments("no header", "OK,fine\nTIRED\n-7,\n", "1:fine 4: -7:"),
                arguments("three columns without a header", "OK,fine," + AT + "\n", "1:fine@" + AT),
                arguments("columns in another order", "Reported At;INFO;status\n" + AT + ";fine;ok\n", "1:fine@" + AT),
                arguments("names with hyphens", "status,reported-at\nOK," + AT + "\n", "1:@" + AT),
                arguments("names with spaces around them", "\"Status\" ,\u00a0Info\nOK,fine\n", "1:fine"),
                arguments("a word of the header as the first info", "OK,status\nTIRED,info\n", "1:status 4:info"),
                arguments("a byte order mark", "\uFEFFstatus,info\nOK,fine\n", "1:fine"),
                arguments("a byte order mark before a quote", "\uFEFF\"status\",\"info\"\nOK,fine\n", "1:fine"),
                arguments("CRLF", "status,info\r\nOK,a\r\nTIRED,b\r\n", "1:a 4:b"),
                arguments("CR alone", "status,info\rOK,a\rTIRED,b\r", "1:a 4:b"),
                arguments("CR CR LF", "OK,a\r\r\nTIRED,b\r\r\n", "1:a 4:b"),
                arguments("commas at the end", "status,info,,\nOK,a,,\n", "1:a"),
                arguments("empty rows", "\n\nstatus,info\n\n,,\n  \nOK,a\n\n", "1:a"),
                arguments("quoted line breaks", "OK,\"a\r\nb\nc\"\nTIRED,d\n", "1:a\r\nb\nc 4:d"),
                arguments("quoted commas and quotes", "OK,\"a, \"\"b\"\"\"\n", "1:a, \"b\""),
                arguments("quotes of their own", "OK,a 5\" pipe, \nTIRED,\"\"\n", "1:a 5\" pipe 4:"),
                arguments("spaces around quotes", "OK, \"a,b\" ,\n", "1:a,b"),
                arguments("spaces in unquoted text", "OK , a \n", "1: a "),
                arguments("semicolons under a header", "status;info\nOK;a, b\n", "1:a, b"),
                arguments("tabs under a header", "status\tinfo\nOK\ta; b\n", "1:a; b"),
                arguments("a line that names the separator", "sep=;\nOK;a, b\n", "1:a, b"),
                arguments("the same before a header", "\uFEFFsep=;\r\nstatus;info\r\nOK;a\r\n", "1:a"),
                arguments("a header alone", "status,info\n", ""),
                arguments("nothing", "", ""),
                arguments("a byte order mark alone", "\uFEFF", ""),
                arguments("a status alone", "1\n", "1:"),
                arguments("other scripts", "OK,n\u00e4her \ud83d\udc04\n", "1:n\u00e4her \ud83d\udc04"),
                arguments("a time with a space", "OK,a,2026-02-03 04:05:06z\n", "1:a@" + AT),
                arguments(
                        "locations",
                        "status,x,y\nOK,3,4\nTIRED, -2147483648 ,+2147483647\nOK,,\nOK\n",
                        "1:(3,4) 4:(-2147483648,2147483647) 1: 1:"),
                arguments("locations before the status", "Y;X;Status\n4;3;OK\n", "1:(3,4)"),
                arguments("five columns without a header", "OK,fine,,3,4\nTIRED\n", "1:fine(3,4) 4:"),
                arguments(
                        "JSON with locations",
                        "{\"location\":{\"y\":4,\"x\":-3},\"status\":1}\n{\"status\":2,\"location\":null}\n",
                        "1:(-3,4) 2:"),
                arguments("JSON lines", "{\"status\":\"Thirsty\",\"info\":\"a\"}\n\n{\"status\":99}\n", "2:a 99:"),
                arguments("JSON behind a mark and a blank line", "\uFEFF\r\n {\"status\":1}\r\n", "1:"),
                arguments(
                        "JSON with the names of a script",
                        "{\"Status\":1,\"reportedAt\":\"" + AT + "\"}\n",
                        "1:@" + AT),
                arguments("JSON with nulls", "{\"status\":1,\"info\":null,\"reported_at\":null}\n", "1:"),
                arguments("a whole JSON object without a line end", "{\"status\":1}\n{\"status\":2}", "1: 2:"),
                arguments(
                        "JSON with a whole surrogate pair",
                        "{\"status\":1,\"info\":\"\\ud83d\\udc04\"}\n",
                        "1:\ud83d\udc04"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("understood")
    void isUnderstood(String what, String text, String reports) {
        assertThat(String.join(" ", read(utf8(text), null).shown)).isEqualTo(reports);
        assertThat(read(utf8(text), null).failure).isNull();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("an unknown column", "status,information\nOK,a\n", 0, ":1: Unknown column \"information\""),
                arguments("a doubled column", "status,info,Info\nOK,a,b\n", 0, ":1: Expected each column once"),
                arguments("a missing column", "info,reported_at\na,\n", 0, ":1: Expected a status"),
                arguments(
                        "a column without a name",
                        ",status\n0,OK\n",
                        0,
                        ":2: Expected a name for column 1 in the header"),
                arguments("text of another script", "\u041e\u041a,a\n", 0, ":1: Expected a status in the first column"),
                arguments("a header again", "status,info\nOK,a\nstatus,info\nOK,b\n", 1, ":3: Expected a status"),
                arguments("no status at first", "SAD,a\n", 0, ":1: Expected a status in the first column, or a header"),
                arguments("no status later", "OK,\"a\nb\"\nSAD,c\n", 1, ":3: Expected a status (UNKNOWN, OK, THIRSTY"),
                arguments("a status out of range", "OK\n2147483648,a\n", 1, ":2: Expected a status"),
                arguments("a comma in the text", "OK,a, b\n", 0, "Text with a comma in it needs double quotes"),
                arguments("a comma in the text under a header", "status,info\nOK,a, b\n", 0, "needs double quotes"),
                arguments("a row that is too short", "info,status\nx\n", 0, ":2: Expected a status"),
                arguments("semicolons without a header", "OK;a\n", 0, ":1: Expected commas between the columns"),
                arguments(
                        "semicolons in a later row without a header",
                        "OK\nTIRED;a, b\n",
                        1,
                        ":2: Expected commas between the columns"),
                arguments("tabs without a header", "OK\ta\n", 0, ":1: Expected commas between the columns"),
                arguments("another separator", "OK\nOK|a\n", 1, ":2: Expected a status (UNKNOWN"),
                arguments(
                        "an open quote",
                        "status,info\nOK,\"a\nTIRED,b\n",
                        0,
                        ":2: A quote opens here and is not closed"),
                arguments(
                        "text behind a quote", "OK,\"a\"b\n", 0, ":1: Expected the next column after a closing quote"),
                arguments("a quote that was not doubled", "OK,\"a \"b\" c\"\n", 0, "write quotes inside quotes twice"),
                arguments(
                        "a leap second", "OK,a,2016-12-31T23:59:60Z\n", 0, ":1: Expected a time without a leap second"),
                arguments(
                        "a time without offset",
                        "OK,a,2026-02-03T04:05:06\n",
                        0,
                        ":1: Expected a time with its offset"),
                arguments("no time", "status,reported_at\nOK,yesterday\n", 0, ":2: Expected a time in RFC 3339"),
                arguments(
                        "a time that is too early", "OK,a,1066-10-14T09:00:00Z\n", 0, ":1: Expected a time from 1678"),
                arguments(
                        "x without y",
                        "status,x,y\nOK,3,4\nOK,3,\n",
                        1,
                        ":3: Expected a value in both columns x and y, or in neither, but y is empty"),
                arguments(
                        "y without x",
                        "status,x,y\nOK, ,4\n",
                        0,
                        ":2: Expected a value in both columns x and y, or in neither, but x is empty"),
                arguments("a row that ends after x", "OK,a,,3\n", 0, ":1: Expected a value in both columns x and y"),
                arguments(
                        "a header with x alone",
                        "status,x\nOK,3\n",
                        0,
                        ":1: Expected both columns x and y, or neither, but found only x"),
                arguments(
                        "a header with y alone",
                        "y,status\n4,OK\n",
                        0,
                        ":1: Expected both columns x and y, or neither, but found only y"),
                arguments(
                        "a coordinate out of range",
                        "status,x,y\nOK,2147483648,4\n",
                        0,
                        ":2: Expected a whole number from -2147483648 to 2147483647 as x, but found \"2147483648\""),
                arguments(
                        "a coordinate that is no whole number",
                        "status,x,y\nOK,3,4.0\n",
                        0,
                        ":2: Expected a whole number from -2147483648 to 2147483647 as y, but found \"4.0\""),
                arguments(
                        "a location in one column",
                        "status,location\nOK,a\n",
                        0,
                        ":1: Unknown column \"location\": known are status, info, reported_at, x, y;"),
                arguments(
                        "coordinates beside the status in JSON",
                        "{\"status\":1,\"x\":3,\"y\":4}\n",
                        0,
                        ":1: Unknown member \"x\": known are status, info, reported_at, location;"),
                arguments(
                        "half a location in JSON",
                        "{\"status\":1,\"location\":{\"x\":3}}\n",
                        0,
                        ":1: Expected two whole numbers, {\"x\":3,\"y\":4}, as location, but found {\"x\":3}."),
                arguments(
                        "an empty location in JSON",
                        "{\"status\":1,\"location\":{}}\n",
                        0,
                        ":1: Expected two whole numbers"),
                arguments(
                        "a location with a third coordinate",
                        "{\"status\":1,\"location\":{\"x\":3,\"y\":4,\"z\":5}}\n",
                        0,
                        ":1: Expected two whole numbers"),
                arguments(
                        "a location as a text",
                        "{\"status\":1,\"location\":\"3,4\"}\n",
                        0,
                        ":1: Expected two whole numbers"),
                arguments(
                        "a location with a null",
                        "{\"status\":1,\"location\":{\"x\":3,\"y\":null}}\n",
                        0,
                        ":1: Expected two whole numbers"),
                arguments(
                        "a fraction in a location",
                        "{\"status\":1,\"location\":{\"x\":3,\"y\":4.5}}\n",
                        0,
                        ":1: Expected two whole numbers"),
                arguments(
                        "a location out of range in JSON",
                        "{\"status\":1,\"location\":{\"x\":3,\"y\":-2147483649}}\n",
                        0,
                        ":1: Expected a whole number from -2147483648 to 2147483647 as y"),
                arguments(
                        "two locations",
                        "{\"status\":1,\"location\":{\"x\":3,\"y\":4},\"Location\":{\"x\":3,\"y\":4}}\n",
                        0,
                        ":1: Expected each member once"),
                arguments("a NUL byte", "OK,a\nTIRED,\0\0\0\n", 1, ":2: Expected text, but found a NUL byte"),
                arguments(
                        "half a surrogate pair",
                        "{\"status\":1,\"info\":\"\\ud83d\"}\n",
                        0,
                        ":1: Expected whole characters"),
                arguments(
                        "an unknown member",
                        "{\"status\":1}\n{\"status\":1,\"inf\":\"a\"}\n",
                        1,
                        ":2: Unknown member \"inf\""),
                arguments(
                        "a doubled member", "{\"status\":1,\"status\":2}\n", 0, ":1: Expected one JSON object a line"),
                arguments("a member in two forms", "{\"status\":1,\"Status\":2}\n", 0, ":1: Expected each member once"),
                arguments("no status in JSON", "{\"info\":\"a\"}\n", 0, ":1: Expected a status"),
                arguments("an object as a text", "{\"status\":1,\"info\":{}}\n", 0, ":1: Expected a text as info"),
                arguments(
                        "a fraction as a text",
                        "{\"status\":1,\"info\":1e999999999}\n",
                        0,
                        ":1: Expected a text as info"),
                arguments("a number as a time", "{\"status\":1,\"reported_at\":17}\n", 0, ":1: Expected a time"),
                arguments("a JSON array", "[{\"status\":1}]\n", 0, ":1: Expected one JSON object a line"),
                arguments("JSON over several lines", "{\n\"status\":1}\n", 0, ":1: Expected one JSON object a line"),
                arguments("text behind an object", "{\"status\":1} x\n", 0, ":1: Expected one JSON object a line"),
                arguments("half an object", "{\"status\":1}\n{\"stat", 1, ":2: Expected one JSON object a line"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefusedWithItsLineAfterTheReportsBeforeIt(String what, String text, int before, String message) {
        Reading reading = read(utf8(text), null);

        assertThat(reading.shown).hasSize(before);
        assertThat(reading.failure).hasMessageStartingWith("file:").hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"UTF-16LE,UTF-16", "UTF-16BE,UTF-16", "ISO-8859-1,the byte E4 in another encoding"})
    void otherEncodingIsNamedWithTheWayOut(String charset, String message) {
        for (String text : List.of("OK,n\u00e4her\n", "{\"status\":1,\"info\":\"n\u00e4her\"}\n")) {
            Reading reading = read(text.getBytes(Charset.forName(charset)), null);

            assertThat(reading.shown).isEmpty();
            assertThat(reading.failure).hasMessageStartingWith("file:1: ").hasMessageContaining(message);
            assertThat(reading.failure).hasMessageContaining("'iconv -f ");
        }
        assertThat(read(("\uFEFFOK,a\n").getBytes(Charset.forName(charset.replace("ISO-8859-1", "UTF-16LE"))), null)
                        .failure)
                .hasMessageContaining("UTF-16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK,a\nTIRED,b", "OK,a\n1", "OK,a\nTIRED,\"b\"", "OK,a\nTIRED,\"b", "OK,a\n{\"status\":"})
    void lastRowOfAFileWithoutALineEndIsLeftOutAndNamed(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("half"), text);
        Path withHalfACharacter =
                Files.write(directory.resolve("bytes"), new byte[] {'1', '\n', '2', ',', (byte) 0xC3});

        assertThatThrownBy(() -> ReportReader.open(file.toString(), null, false).toList())
                .isInstanceOf(IncompleteInputException.class)
                .hasMessageContaining("half:2: ");
        assertThatThrownBy(() -> ReportReader.open(withHalfACharacter.toString(), null, false)
                        .toList())
                .isInstanceOf(IncompleteInputException.class)
                .hasMessageContaining("bytes:2: ");
    }

    @Test
    void quoteThatIsOpenBehindALineEndIsNoHalfRow() throws IOException {
        Path file = Files.writeString(directory.resolve("open.csv"), "OK,\"a\nTIRED,b\n");

        assertThatThrownBy(() -> ReportReader.open(file.toString(), null, false).toList())
                .isExactlyInstanceOf(InputException.class)
                .hasMessageContaining("open.csv:1: A quote opens here");
    }

    @Test
    void lastRowOfACompleteFileOrAPipeAndAWholeObjectAreTakenAsTheyStand() throws IOException {
        Path file = Files.writeString(directory.resolve("whole.csv"), "OK,a\nTIRED,b");

        Path objects = Files.writeString(directory.resolve("whole.json"), "{\"status\":1}\n{\"status\":2}");

        assertThat(ReportReader.open(file.toString(), null, true)).hasSize(2);
        assertThat(ReportReader.open(objects.toString(), null, false)).hasSize(2);
        assertThat(read(utf8("OK,a\nTIRED,b"), null).shown).containsExactly("1:a", "4:b");
    }

    @Test
    void formatIsToldByTheNameTheFirstCharacterOrTheUser() throws IOException {
        for (String name : List.of("r.jsonl", "r.json", "r.ndjson", "r", "r.txt")) {
            Path file = Files.writeString(directory.resolve(name), "\n{\"status\":1}\n");
            assertThat(ReportReader.open(file.toString(), null, false)).hasSize(1);
        }
        assertThat(read(utf8("OK\n"), false).failure)
                .hasMessageContaining("Expected one JSON object")
                .hasMessageEndingWith(" If it is CSV, say --format csv.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":1}\n",
                "{\"status\":\"OK\",\"info\":\"a\"}\n",
                "\uFEFF\n [\n",
                "{\"status\":\"OK\", \"info\":\"\"}"
            })
    void jsonInPlaceOfCsvIsToldWithTheWayToSaySo(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("f.csv"), text);

        assertThat(read(utf8(text), true).failure)
                .hasMessageContaining("Expected CSV, but found a brace at the beginning, as of JSON: ");
        assertThatThrownBy(() -> ReportReader.open(file.toString(), null, false).toList())
                .isExactlyInstanceOf(InputException.class)
                .hasMessageContaining("f.csv:")
                .hasMessageContainingAll("--format json", ".jsonl");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"status\":1.0};        Expected a name or a whole number as status, but found 1.0.",
                "{\"status\":true};       Expected a name or a whole number as status, but found true.",
                "{\"info\":\"x\"};        Expected a status, such as {\"status\":\"OK\"}, but there is none.",
                "{\"status\":null};       Expected a status, such as {\"status\":\"OK\"}, but there is none.",
                "{\"status\":NaN};        but found \"{\"status\":NaN}\" (no JSON at character 14).",
                "{\"status\":1} {};       but found \"{\"status\":1} {}\" (no JSON at character 14).",
                "{\"status\":1,};         but found \"{\"status\":1,}\" (no JSON at character 13).",
                "{\"status\":1,\"status\":2}; (a member is there twice).",
                "{\"status\":;            (it ends too early)."
            })
    void badObjectIsToldWithoutWordsOfTheParser(String line, String message) {
        assertThat(read(utf8(line + "\n"), null).failure)
                .hasMessageStartingWith("file:1: Expected ")
                .hasMessageEndingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK\n", "OK\nOK,\"", "OK\nOK,", "{\"status\":1}\n{\"info\":\""})
    void endlessRowIsRefusedWithItsLineAndReadNoFurther(String beginning) {
        AtomicInteger read = new AtomicInteger();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                int index = read.getAndIncrement();
                return index < beginning.length() ? beginning.charAt(index) : 'x';
            }
        };

        Reading reading = read(endless, null);

        assertThat(reading.shown).containsExactly("1:");
        assertThat(reading.failure).hasMessageContaining("file:2: Expected rows of at most 1 MB");
        assertThat(read.get()).isBetween(1_000_000, 1_100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK,a\n", "OK,\"a\nb\"\n", "OK,a\r\n", "OK\r", "1\n", "{\"status\":1}\n"})
    @Timeout(30)
    void rowIsThereBeforeTheNextOneBegins(String row) throws IOException {
        PipedOutputStream sensor = new PipedOutputStream();
        try (Rows rows = new Rows("pipe", new PipedInputStream(sensor), null, true)) {
            ReportReader reports = new ReportReader(rows);
            for (int i = 0; i < 3; i++) {
                sensor.write(utf8(row));
                sensor.flush();

                assertThat(reports.next().getStatusValue())
                        .isEqualTo(1); // blocks until the timeout if it waits for more
            }
        }
    }

    @Test
    void endOfAPipeIsTheEndThoughAnotherWriterOpensIt() {
        InputStream first = new ByteArrayInputStream(utf8("OK,a"));
        InputStream second = new ByteArrayInputStream(utf8("TIRED,b\n"));
        InputStream pipe = new InputStream() {
            private boolean ended;

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = (ended ? second : first).read(bytes, offset, length);
                ended |= count < 0;
                return count;
            }

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }
        };

        assertThat(read(pipe, null).shown).containsExactly("1:a");
    }

    @Test
    void directoryAndMissingFileAreNamed() {
        assertThatThrownBy(() -> ReportReader.open(directory.toString(), null, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> ReportReader.open(directory.resolve("nosuch").toString(), null, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nosuch");
    }

    private record Reading(List<String> shown, @Nullable InputException failure) {}

    /** Reads a complete text until its end, or to what is refused. */
    private static Reading read(byte[] text, @Nullable Boolean split) {
        return read(new ByteArrayInputStream(text), split);
    }

    private static Reading read(InputStream text, @Nullable Boolean split) {
        List<String> shown = new ArrayList<>();
        InputException failure = catchThrowableOfType(
                InputException.class,
                () -> new ReportReader(new Rows("file", text, split, true))
                        .forEachRemaining(report -> shown.add(show(report))));
        return new Reading(shown, failure);
    }

    private static String show(Report report) {
        String time = report.hasReportedAt()
                ? "@" + Times.toMillis(report.getReportedAt()).replace(".000", "")
                : "";
        String location = report.hasLocation() ? "(" + Points.text(report.getLocation()) + ")" : "";
        return report.getStatusValue() + ":" + report.getInfo() + time + location;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
