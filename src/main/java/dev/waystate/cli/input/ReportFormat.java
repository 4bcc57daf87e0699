package dev.waystate.cli.input;

/** The formats of files of reports. */
public enum ReportFormat {
    CSV,
    JSON
}
