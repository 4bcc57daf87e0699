package dev.waystate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LogTextTests {

    @Test
    void plainTextIsOnlyQuoted() {
        assertThat(LogText.quote("Requires watering. Größe 3 °C 🐄")).isEqualTo("\"Requires watering. Größe 3 °C 🐄\"");
    }

    @Test
    void lineBreaksEscapesAndBidirectionalControlsAreEscaped() {
        assertThat(LogText.quote("a\r\n\u001b[31m\u0085\u2028\u2029\u202e\u2066\u0000\"\\"))
                .isEqualTo("\"a\\u000D\\u000A\\u001B[31m\\u0085\\u2028\\u2029\\u202E\\u2066\\u0000\\\"\\\\\"");
    }

    @Test
    void textOfTheFullLengthIsNotCut() {
        String text = "x".repeat(LogText.MAX_LENGTH - 2);
        assertThat(LogText.quote(text)).isEqualTo("\"" + text + "\"");
    }

    @Test
    void longerTextEndsInAnEllipsis() {
        assertThat(LogText.quote("x".repeat(1000))).hasSize(LogText.MAX_LENGTH).endsWith("x…\"");
    }

    @Property
    void everyTextTakesOneShortLineOfVisibleCharacters(@ForAll String text) {
        String quoted = LogText.quote(text);
        assertThat(quoted.length()).isLessThanOrEqualTo(LogText.MAX_LENGTH);
        assertThat(quoted).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}]");
        assertThat(quoted.lines()).hasSize(1);
    }

    @Property
    void aFieldIsVisibleAndShort(@ForAll String text) {
        String visible = LogText.visible(text);
        assertThat(visible.length()).isLessThanOrEqualTo(LogText.MAX_LENGTH);
        assertThat(visible).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}]");
    }

    @Test
    void plainTextIsAFieldAsItIs() {
        String text = "\"Größe\" 3 °C 🐄 \\";
        assertThat(LogText.visible(text)).isEqualTo(text);
        assertThat(LogText.visible("x".repeat(LogText.MAX_LENGTH)))
                .hasSize(LogText.MAX_LENGTH)
                .endsWith("x");
        assertThat(LogText.visible("x".repeat(LogText.MAX_LENGTH + 1)))
                .hasSize(LogText.MAX_LENGTH)
                .endsWith("x…");
    }

    @Property
    void escapedTextIsNeverCutWithinAnEscape(@ForAll String text) {
        assertThat(LogText.quote("\u0001".repeat(60) + text).replace("\\u0001", ""))
                .doesNotContainPattern("\\\\u?[0-9A-F]{0,3}…");
    }
}
