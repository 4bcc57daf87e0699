package dev.waystate.cli.input;

import dev.waystate.text.InputException;
import dev.waystate.text.StatusNames;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a status from the command line. */
public final class StatusConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String text) {
        try {
            return StatusNames.number(text);
        } catch (InputException unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
    }
}
