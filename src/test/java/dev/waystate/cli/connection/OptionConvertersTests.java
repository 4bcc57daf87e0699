package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionConvertersTests {

    @ParameterizedTest
    @ValueSource(strings = {"localhost:50051", "127.1:1", "my_waystate:50051", "[::1]:65535", "[fe80::1%lo]:50051"})
    void targetHasAHostAndAPort(String text) {
        assertThat(new TargetConverter().convert(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                ":1",
                "localhost:",
                "localhost:0",
                "localhost:65536",
                "http://a:1",
                "a b:1",
                "fe80::1%lo",
                "::1"
            })
    void targetWithoutHostOrPortIsRefused(String text) {
        assertThatThrownBy(() -> new TargetConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("expected HOST:PORT");
    }
}
