package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusNamesTests {

    @ParameterizedTest
    @CsvSource({"UNKNOWN,0", "ok,1", "Thirsty,2", " STARVED ,3", "tired,4", "17,17", "-2147483648,-2147483648"})
    void statusIsANameInAnyCaseOrAnInt32(String text, int number) {
        assertThat(StatusNames.number(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SAD", "UNRECOGNIZED", "1.5", "2147483648"})
    void otherStatusIsRefusedWithTheNames(String text) {
        assertThatThrownBy(() -> StatusNames.number(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("UNKNOWN, OK, THIRSTY, STARVED, TIRED, or a number");
    }
}
