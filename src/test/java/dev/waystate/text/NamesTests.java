package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTests {

    @ParameterizedTest
    @ValueSource(strings = {"cow", "Kuh-ä", "牛", "a b", "*", "🐄", "a\u00A0b"})
    void namesOfVisibleCharactersAreFine(String name) {
        assertThat(Names.problem(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "'',not blank",
                "' ',not blank",
                "' cow',white space",
                "'cow ',white space",
                "'cow\t',white space",
                "'\u00A0cow',white space",
                "'cow\u2003',white space",
                "'cow\u2028',white space",
                "'co\u0007w',control characters",
                "'co\u0085w',control characters"
            })
    void otherNamesAreRefusedWithWhatWasExpected(String name, String expectation) {
        assertThat(Names.problem(name))
                .hasValueSatisfying(problem ->
                        assertThat(problem).startsWith("expected a name ").contains(expectation));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "a\uDC04b"})
    void halvesOfSurrogatePairsAreRefused(String name) {
        assertThat(Names.problem(name)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"x, 256, true", "x, 257, false", "ä, 128, true", "ä, 129, false", "🐄, 64, true", "🐄, 65, false"})
    void theLengthCountsInBytes(String character, int times, boolean fine) {
        assertThat(Names.problem(character.repeat(times)).isEmpty()).isEqualTo(fine);
    }
}
