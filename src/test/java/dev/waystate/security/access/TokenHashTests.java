package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenHashTests {

    /** The output of {@code printf %s a-token-for-tests | sha256sum}. */
    static final String SHA256 = "sha256:9237b94c86ee59b8e51197999c04d4570522a9bfb16047aa5b59613faefa515d";

    static final String TOKEN = "a-token-for-tests";

    @Test
    void aTokenAndItsSha256AreTheSame() {
        assertThat(TokenHash.valueOf(TOKEN)).isEqualTo(TokenHash.of(TOKEN));
        assertThat(TokenHash.valueOf(SHA256)).isEqualTo(TokenHash.of(TOKEN));
        assertThat(TokenHash.valueOf(SHA256.replace("sha256:92", "sha256:00"))).isNotEqualTo(TokenHash.of(TOKEN));
    }

    @Test
    void whiteSpaceAroundATokenDoesNotCount() {
        assertThat(TokenHash.valueOf(" " + TOKEN + "\n")).isEqualTo(TokenHash.of(TOKEN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fifteen-letters",
                "a token with spaces",
                "a-token-with-a-komma,",
                "a-token-with-an-ümlaut",
                "=================",
                "sha256:",
                "sha256:30b7f7c9",
                "sha256:9237b94c86ee59b8e51197999c04d4570522a9bfb16047aa5b59613faefa515x"
            })
    void whatIsNoTokenIsNamedWithoutItsTextAndMatchesNothing(String text) {
        TokenHash wrong = TokenHash.valueOf(text);
        assertThat(wrong.problem()).startsWith("expected ");
        if (text.length() > "sha256:".length()) {
            assertThat(wrong.problem()).doesNotContain(text);
        }
        assertThat(wrong).isNotEqualTo(TokenHash.valueOf(text)).isNotEqualTo(TokenHash.of(text));
    }

    @Test
    void nothingIsShown() {
        assertThat(TokenHash.valueOf(TOKEN)).hasToString("(hidden)");
    }
}
