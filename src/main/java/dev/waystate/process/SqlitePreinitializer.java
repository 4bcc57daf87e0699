package dev.waystate.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Loads SQLite and what migrates its files beside the rest of the start. A problem is told where they are needed. Spring Boot
 * makes it by its name.
 */
final class SqlitePreinitializer implements BackgroundPreinitializer {

    @Override
    public void preinitialize() throws SQLException {
        SqliteLibrary.load();
        try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            memory.createStatement().close();
        }
        Flyway.configure();
    }
}
