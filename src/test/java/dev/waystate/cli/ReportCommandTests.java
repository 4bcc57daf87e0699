package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.Data;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ReportCommandTests {

    private static final Metadata.Key<String> SOURCE =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> LOCATION =
            Metadata.Key.of("waystate-location", Metadata.ASCII_STRING_MARSHALLER);

    @RegisterExtension
    private final ScriptedServer server = new ScriptedServer();

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"3,4 3,4", "-3,4 -3,4", "+3,-0 3,0", "-2147483648,2147483647 -2147483648,2147483647"})
    void locationAndSourceGoWithTheCall(String at, String sent) {
        CommandRun run = server.run("report", "--status", "OK", "--source", "cow-7", "--at", at);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(Data.newBuilder().setStatusValue(1).build());
        assertThat(server.headers()).singleElement().satisfies(headers -> {
            assertThat(headers.get(LOCATION)).isEqualTo(sent);
            assertThat(headers.get(SOURCE)).isEqualTo("cow-7");
        });
    }

    @Test
    void callWithoutTheseNamesNeither() {
        server.run("report", "--status", "OK");

        assertThat(server.headers())
                .singleElement()
                .satisfies(headers -> assertThat(headers.keys()).doesNotContain(SOURCE.name(), LOCATION.name()));
    }

    @Test
    void aRowWithALocationOfItsOwnIsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("rows.csv"), "status,x,y\nOK,,\nTIRED,3,4\n");

        CommandRun run = server.run("report", file.toString(), "--at", "1,2");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Report 2 of the file has a time or a location", "'append'", "1 report stored");
        assertThat(server.headers().get(0).get(LOCATION)).isEqualTo("1,2");
    }

    @Test
    void aCallThatFailsIsNotRepeatedAndWhatIsKnownIsTold(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("rows.csv"), "OK\nTIRED\n");
        server.fail(Status.UNAVAILABLE.asRuntimeException()).fail(Status.UNAVAILABLE.asRuntimeException());

        CommandRun one = server.run("report", "--status", "OK");
        CommandRun two = server.runOverReplicas("report", file.toString());

        assertThat(List.of(one.exitCode(), two.exitCode())).containsExactly(64 + 14, 64 + 14);
        assertThat(one.err()).contains("1 report was sent: it may be stored or not.", "'history'", "'append'");
        assertThat(two.err()).contains("2 reports were sent: none, the first ones or all may be stored.");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void aReportThatIsRefusedIsCertainlyNotStored() {
        server.fail(Status.PERMISSION_DENIED.asRuntimeException());

        CommandRun run = server.run("report", "--status", "OK");

        assertThat(run.err()).startsWith("PERMISSION_DENIED: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3,", "3,4,5", "a,b", "3.5,4", "2147483648,0", "3, 4", ""})
    void whatIsNoPointIsRefusedAndNobodyIsCalled(String at) {
        CommandRun run = server.run("report", "--status", "OK", "--at", at);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("--at: Expected a ");
        assertThat(server.headers()).isEmpty();
    }
}
