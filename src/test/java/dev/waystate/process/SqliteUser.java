package dev.waystate.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * A program that uses SQLite, with our library or, as {@code driver}, with the driver's own, and then ends like a kill.
 */
final class SqliteUser {

    private static final int KILLED = 137;

    private SqliteUser() {}

    public static void main(String[] args) throws Exception {
        if (!args[0].equals("driver")) {
            SqliteLibrary.load();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("SELECT sqlite_version()")) {
            System.out.println(version.getString(1));
        }
        Runtime.getRuntime().halt(KILLED);
    }
}
