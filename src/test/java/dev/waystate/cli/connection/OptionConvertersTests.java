package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionConvertersTests {

    @ParameterizedTest
    @ValueSource(strings = {"localhost:50051", "127.1:1", "my_waystate:50051", "[::1]:65535", "[fe80::1%lo]:50051"})
    void targetHasAHostAndAPort(String text) {
        Target target = new TargetConverter().convert(text);

        assertThat(target).hasToString(text);
        assertThat(target.hosts()).hasSize(1);
        assertThat(target.replicas()).isFalse();
    }

    @Test
    void portOfAnEmptyVariableIsTheOneThatIsUsual() {
        assertThat(LocalPorts.grpc(Map.of("GRPC_SERVER_PORT", ""))).hasToString("localhost:50051");
        assertThat(LocalPorts.actuator(Map.of("MANAGEMENT_SERVER_PORT", "", "SERVER_PORT", "81")))
                .isEqualTo(81);
        assertThat(LocalPorts.actuator(Map.of("MANAGEMENT_SERVER_PORT", "82", "SERVER_PORT", "81")))
                .isEqualTo(82);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"dns:///waystate:50051 1", "a:1,b:2 2", "[::1]:1,127.1:1,c:65535 3"})
    void replicasAreAListOrOneName(String text, int hosts) {
        Target target = new TargetConverter().convert(text);

        assertThat(target).hasToString(text);
        assertThat(target.hosts()).hasSize(hosts);
        assertThat(target.replicas()).isTrue();
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
                "::1",
                "a:1,",
                ",a:1",
                "a:1,b",
                "a:1, b:1",
                "a:1;b:1",
                "dns:///",
                "dns:///a",
                "dns:a:1",
                "dns://8.8.8.8/a:1",
                "dns:///a:1,b:1",
                "a:1,dns:///b:1"
            })
    void targetWithoutHostOrPortIsRefused(String text) {
        assertThatThrownBy(() -> new TargetConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("Expected HOST:PORT");
    }

    @Test
    void wrongOneOfAListIsNamed() {
        assertThatThrownBy(() -> new TargetConverter().convert("a:1,b"))
                .hasMessageEndingWith("but found \"b\" in \"a:1,b\"");
    }
}
