package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTextTests {

    @Test
    void controlsAndBidirectionalFormatsAreEscaped() {
        assertThat(VisibleText.of("a\u001b[2Jb\r\n\u202e\uD800")).isEqualTo("a\\u001B[2Jb\\u000D\\u000A\\u202E\\uD800");
    }

    @Test
    void visibleTextStays() {
        assertThat(VisibleText.of("Größe: 12 \"µm\" 🐾")).isEqualTo("Größe: 12 \"µm\" 🐾");
    }

    @Test
    void longTextIsCut() {
        assertThat(VisibleText.of("x".repeat(100_000))).hasSizeLessThan(1_010).endsWith("…");
    }
}
