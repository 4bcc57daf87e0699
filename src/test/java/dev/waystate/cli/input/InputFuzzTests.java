package dev.waystate.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.waystate.cli.connection.TargetConverter;
import dev.waystate.text.Durations;
import dev.waystate.text.InputException;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.TypeConversionException;

/** Whatever a user's file or argument has, it is taken, or refused in one readable sentence. */
class InputFuzzTests {

    /** The longest message: text of the user's is cut to 1,000 characters in it. */
    private static final int MOST_CHARACTERS = 1_500;

    private static final String NAME = "reports";

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "c\"THIRSTY\",\"Requires \"\"watering\"\".\"\nOK\n",
                        "cinfo,status,reported_at\nx,2,2026-02-03T04:05:06.123Z\n",
                        "c\"OK",
                        "j{\"status\":\"OK\",\"info\":\"x\",\"reported_at\":\"2026-02-03T04:05:06+01:00\"}\n",
                        "j{\"status\":2147483648}",
                        "j" + "[".repeat(2_000),
                        "j" + "\u0019".repeat(200),
                        "j{\"" + "_".repeat(1_000) + "status\":[\"" + "x".repeat(1_000) + "\"]}",
                        "j{\"status\":1e999999999}",
                        "r\uFEFFsep=;\r\n\"Status\" ; info;\rOK; \"a\nb\" ;\n",
                        "cstatus,x,y\nOK,-3,2147483648\n",
                        "j{\"status\":1,\"location\":{\"x\":3,\"y\":99999999999}}\n",
                        "r\n {\"Reported-At\":null,\"status\":1,\"info\":\"\\ud83d\"}",
                        "d0,12 12,14 # a comment\n-2147483648,+2147483647 1,1",
                        "p-1,2",
                        "t2026-02-03T04:05:06.123Z",
                        "s99",
                        "h[::1]:50051",
                        "m90s",
                        "a17",
                        "a1d")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void everyInputIsTakenOrRefusedInOneSentence(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        String text = new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
        try {
            switch (bytes[0]) {
                case 'c' -> readAll(new ReportReader(rows(bytes, true)));
                case 'j' -> readAll(new ReportReader(rows(bytes, false)));
                case 'r' -> readAll(new ReportReader(rows(bytes, null)));
                case 'd' -> readAll(Displacements.read(rows(bytes, false)).iterator());
                case 'p' -> Points.point(text);
                case 't' -> Times.toNanos(Times.fromText(text));
                case 's' -> StatusNames.name(StatusNames.number(text));
                case 'h' -> new TargetConverter().convert(text);
                case 'a' -> Times.moment(text);
                default -> Durations.text(Durations.fromText(text));
            }
        } catch (InputException | TypeConversionException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(MOST_CHARACTERS);
            assertThat(refused.getMessage().chars()).noneMatch(Character::isISOControl);
        }
    }

    private static void readAll(Iterator<?> input) {
        while (input.hasNext()) {
            assertThat(input.next()).isNotNull();
        }
    }

    private static Rows rows(byte[] bytes, @Nullable Boolean split) {
        return new Rows(NAME, new ByteArrayInputStream(bytes, 1, bytes.length - 1), split, bytes.length % 2 == 0);
    }
}
