package dev.waystate.cli.input;

import dev.waystate.text.InputException;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the value of an option or a parameter from its text.
 *
 * @param <T> the type of the value
 */
public class ReadingConverter<T> implements ITypeConverter<T> {

    private final Function<String, T> reader;

    /** @param reader throws an {@link InputException} if the text is wrong. Its message is then the error's message */
    public ReadingConverter(Function<String, T> reader) {
        this.reader = reader;
    }

    @Override
    public final T convert(String text) {
        try {
            return reader.apply(text);
        } catch (InputException wrong) {
            throw new TypeConversionException(wrong.getMessage());
        }
    }
}
