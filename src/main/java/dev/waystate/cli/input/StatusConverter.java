package dev.waystate.cli.input;

import dev.waystate.text.StatusNames;

/** Reads a status from the command line. */
public final class StatusConverter extends ReadingConverter<Integer> {

    public StatusConverter() {
        super(StatusNames::number);
    }
}
