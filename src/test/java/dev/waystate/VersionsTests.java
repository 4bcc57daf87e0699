package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.RuntimeVersion;
import io.grpc.internal.GrpcUtil;
import java.lang.module.ModuleDescriptor.Version;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The libraries in use have none of the known faults that would break a promise or let an attack through. */
class VersionsTests {

    /**
     * 4.1.124/4.2.4 count the resets that a client provokes (CVE-2025-55163), 4.2.10 bounds CONTINUATION frames
     * (CVE-2026-33871), 4.2.15 does not let the client's SETTINGS make it fail (CVE-2026-50560), and 4.2.17 has
     * the fix of CVE-2026-75596.
     */
    @Test
    void nettyHasTheFixesOfItsHttp2Codec() {
        assertThat(io.netty.util.Version.identify()).containsKey("netty-codec-http2");
        assertThat(io.netty.util.Version.identify().values())
                .allSatisfy(module -> assertThat(version(module.artifactVersion()))
                        .as(module.artifactId())
                        .isGreaterThanOrEqualTo(version("4.2.17.Final")));
    }

    /** Before 1.75.1 resets that the server sends are not counted; before 1.83.1 there is no limit of streams at first. */
    @Test
    void grpcCountsResetsAndLimitsStreamsFromTheStart() {
        assertThat(version(GrpcUtil.getGrpcBuildVersion().getImplementationVersion()))
                .isGreaterThanOrEqualTo(version("1.83.1"));
    }

    /** Before 4.28.2 nested groups overflow the stack (CVE-2024-7254). */
    @Test
    void protobufBoundsTheNestingOfUnknownGroups() {
        assertThat(version(RuntimeVersion.MAJOR + "." + RuntimeVersion.MINOR + "." + RuntimeVersion.PATCH))
                .isGreaterThanOrEqualTo(version("4.28.2"));
    }

    /** Before 3.51.3, and in 3.52.0, a reset of the write-ahead log can lose commits. */
    @Test
    void sqliteKeepsCommitsWhenItResetsItsLog() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                ResultSet row = connection.createStatement().executeQuery("select sqlite_version()")) {
            assertThat(version(row.getString(1)))
                    .isGreaterThanOrEqualTo(version("3.51.3"))
                    .isNotEqualTo(version("3.52.0"));
        }
    }

    private static Version version(String text) {
        return Version.parse(text);
    }
}
