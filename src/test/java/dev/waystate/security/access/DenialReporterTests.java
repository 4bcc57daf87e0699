package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DenialReporterTests {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DenialReporter denials = new DenialReporter(meters);

    @ParameterizedTest
    @EnumSource(DenialReason.class)
    void eachReasonHasItsCounterAndOneOfThreeTexts(DenialReason reason) {
        Code expected = switch (reason) {
            case NO_PERMISSION, FOREIGN_SOURCE -> Code.PERMISSION_DENIED;
            case NO_KEYS, BUSY -> Code.UNAVAILABLE;
            default -> Code.UNAUTHENTICATED;
        };
        assertThat(denials.deny(reason, "a/B", "cow").getCode()).isEqualTo(expected);
        assertThat(meters.get("waystate.security.refusals")
                        .tag("reason", reason.toString())
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aFloodOfRefusalsIsAFewShortLines(CapturedOutput output) {
        for (int i = 0; i < 10_000; i++) {
            denials.deny(DenialReason.UNKNOWN_TOKEN, "flood/Method", "c\r\nERROR fake" + "x".repeat(1_000));
        }
        denials.deny(DenialReason.UNKNOWN_TOKEN, "flood/Method", "last");
        await().atMost(10, TimeUnit.SECONDS).until(() -> lines(output).size() >= 10);
        assertThat(lines(output)).hasSize(10).allMatch(line -> line.length() < 500);
        assertThat(output.toString().lines()).noneMatch(line -> line.startsWith("ERROR"));
    }

    private static List<String> lines(CapturedOutput output) {
        return output.toString()
                .lines()
                .filter(line -> line.contains("flood/Method"))
                .toList();
    }
}
