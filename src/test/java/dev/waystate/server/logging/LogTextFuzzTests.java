package dev.waystate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class LogTextFuzzTests {

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}\\p{Cs}]");

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "",
                        "a\r\n\u001b[31m",
                        "\u202e\"\\\u2028\ud83d\udc04",
                        "%s {} ${jndi:ldap://x}",
                        "x".repeat(300))
                .map(text -> text.getBytes(StandardCharsets.UTF_16));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void everyTextTakesOneShortLineOfVisibleCharacters(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_16);
        String quoted = LogText.quote(text);
        assertThat(quoted.length()).isLessThanOrEqualTo(LogText.MAX_LENGTH);
        assertThat(INVISIBLE.matcher(quoted).find()).isFalse();
        assertThat(quoted).startsWith("\"").endsWith("\"");
    }
}
