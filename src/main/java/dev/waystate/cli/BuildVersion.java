package dev.waystate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build has left in {@code META-INF/build-info.properties}. */
final class BuildVersion implements IVersionProvider {

    private static final String BUILD_INFO = "META-INF/build-info.properties";

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"waystate " + version() + " (Java " + Runtime.version() + ")"};
    }

    private static String version() throws IOException {
        try (InputStream buildInfo = BuildVersion.class.getClassLoader().getResourceAsStream(BUILD_INFO)) {
            Properties properties = new Properties();
            if (buildInfo != null) {
                properties.load(buildInfo);
            }
            return properties.getProperty("build.version", "of an unknown build");
        }
    }
}
