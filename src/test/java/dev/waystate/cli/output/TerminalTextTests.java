package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalTextTests {

    @Test
    void controlsAndBidirectionalFormatsAreEscaped() {
        assertThat(TerminalText.of("a\u001b[2Jb\r\n\u202e\uD800"))
                .isEqualTo("a\\u001B[2Jb\\u000D\\u000A\\u202E\\uD800");
    }

    @Test
    void visibleTextStays() {
        assertThat(TerminalText.of("Größe: 12 \"µm\" 🐾")).isEqualTo("Größe: 12 \"µm\" 🐾");
    }

    @Test
    void longTextIsCut() {
        assertThat(TerminalText.of("x".repeat(100_000))).hasSizeLessThan(1_010).endsWith("…");
    }
}
