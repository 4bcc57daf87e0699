package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.cli.output.Table.Column;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTests {

    private final Table table = table(Integer.MAX_VALUE);

    @Test
    void columnsAreAlignedUnderTheirTitles() {
        assertThat(table.lines(List.of(List.of("1", "a", "x"), List.of("22", "b", ""))))
                .containsExactly("  N  NAME    INFO", "  1  a       x", " 22  b");
    }

    @Test
    void columnThatTurnsOutTooNarrowIsWiderFromThenOn() {
        table.lines(List.of());

        assertThat(table.lines(List.of(List.of("1000", "long-name", "x")))).containsExactly("1000  long-name  x");
        assertThat(table.lines(List.of(List.of("1", "a", "y")))).containsExactly("   1  a          y");
    }

    @Test
    void controlsAreMadeVisible() {
        assertThat(table.lines(List.of(List.of("1", "a\u001b[2J", "b\nc"))))
                .last()
                .isEqualTo("  1  a\\u001B[2J  b\\u000Ac");
    }

    @Test
    void freeTextIsCutToTheWidthOfATerminalAndNowhereElse() {
        String text = "x".repeat(5_000);
        List<List<String>> rows = List.of(List.of("1", "a", text));

        assertThat(table(40).lines(rows)).element(1).isEqualTo("  1  a       " + "x".repeat(26) + "…");
        assertThat(table(10).lines(rows)).element(1).isEqualTo("  1  a       " + "x".repeat(19) + "…");
        assertThat(table(Integer.MAX_VALUE).lines(rows)).element(1).isEqualTo("  1  a       " + text);
        Table inTheMiddle =
                new Table(() -> Integer.MAX_VALUE, () -> false, Column.free("INFO", 0), Column.text("NAME", 6));
        assertThat(inTheMiddle.lines(List.of(List.of(text, "a"), List.of("x", "b"))))
                .containsExactly("INFO" + " ".repeat(58) + "NAME", text + "  a", "x" + " ".repeat(61) + "b");
    }

    private static Table table(int width) {
        return new Table(
                () -> width, () -> false, Column.number("N", 3), Column.text("NAME", 6), Column.free("INFO", 0));
    }

    @Test
    void emptyTableHasItsTitles() {
        assertThat(table.lines(List.of())).containsExactly("  N  NAME    INFO");
    }

    @Test
    void statusesHaveColoursWhereTheOutputShowsThemAndStayAligned() {
        List<List<String>> rows = List.of(List.of("OK", "a"), List.of("STARVED", "b"), List.of("17", "OK"));

        assertThat(statuses(true).lines(rows))
                .containsExactly(
                        "STATUS   NAME",
                        "\u001b[32mOK\u001b[39m\u001b[0m       a",
                        "\u001b[1m\u001b[31mSTARVED\u001b[39m\u001b[21m\u001b[0m  b",
                        "17       OK");
        assertThat(statuses(false).lines(rows))
                .containsExactly("STATUS   NAME", "OK       a", "STARVED  b", "17       OK");
    }

    private static Table statuses(boolean colours) {
        return new Table(() -> 80, () -> colours, Column.status(), Column.text("NAME", 0));
    }

    @Test
    void coloursAreLeftOutWhereTheEnvironmentSaysSo() {
        assertThat(Terminals.wantsColours(Map.of("TERM", "xterm", "NO_COLOR", "")))
                .isTrue();
        assertThat(Terminals.wantsColours(Map.of("TERM", "xterm", "NO_COLOR", "1")))
                .isFalse();
        assertThat(Terminals.wantsColours(Map.of("TERM", "dumb"))).isFalse();
    }
}
