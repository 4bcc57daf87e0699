package dev.waystate.cli.input;

import dev.waystate.text.VisibleText;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes only text that UTF-8 can encode: half a surrogate pair would become a question mark. */
public final class TextConverter implements ITypeConverter<String> {

    @Override
    public String convert(String text) {
        if (!isWhole(text)) {
            throw new TypeConversionException(
                    "Expected whole characters, but found half a surrogate pair in \"" + VisibleText.of(text) + "\".");
        }
        return text;
    }

    static boolean isWhole(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
