package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionConvertersTests {

    @ParameterizedTest
    @CsvSource({
        "localhost:50051, dns:///localhost:50051",
        "10.0.0.1:1, dns:///10.0.0.1:1",
        "[::1]:65535, static://[::1]:65535"
    })
    void targetBecomesAUriAndBack(String text, String uri) {
        assertThat(Targets.toUri(new TargetConverter().convert(text))).isEqualTo(uri);
        assertThat(Targets.fromUri(uri)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", ":1", "localhost:", "localhost:0", "localhost:65536", "http://a:1", "a b:1"})
    void targetWithoutHostOrPortIsRefused(String text) {
        assertThatThrownBy(() -> new TargetConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("expected HOST:PORT");
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "5s,PT5S", "1m,PT1M", "1h,PT1H", "PT2S,PT2S"})
    void timeoutHasAUnit(String text, Duration timeout) {
        assertThat(new TimeoutConverter().convert(text)).isEqualTo(timeout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5x", "0s", "-1s", "soon", "99999999999999999999s", "400d"})
    void timeoutThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> new TimeoutConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("expected a duration");
    }
}
