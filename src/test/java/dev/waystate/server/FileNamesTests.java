package dev.waystate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

class FileNamesTests {

    @ConfigurationProperties("test")
    record Named(@Nullable Path file) {}

    @EnableConfigurationProperties(Named.class)
    static class Configuration {}

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "../logs/x.db, ../logs/x.db",
                "../../../../../../../../tmp/x.db, ../../../../../../../../tmp/x.db",
                "a b%20ü.db, a b%20ü.db",
                "x.db?mode=memory, x.db?mode=memory",
                "/var/x.db, /var/x.db",
                "file:/var/a%20b.db, /var/a b.db",
                "file:data/x.db, data/x.db",
                "'', none"
            })
    void nameOfAFileIsTakenAsItStands(String property, @Nullable String file) {
        new WebApplicationContextRunner()
                .withUserConfiguration(FileNames.class, Configuration.class)
                .withPropertyValues("test.file=" + property)
                .run(context ->
                        assertThat(context.getBean(Named.class).file()).isEqualTo(file == null ? null : Path.of(file)));
    }
}
